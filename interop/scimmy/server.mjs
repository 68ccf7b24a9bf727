// Serves scimmy with scimmy-routers on express, on loopback and in memory, as a decent user of these packages would write
// it, and nothing made for Entra. The token comes from TOKEN; the base URL is the first line on stdout.
import { randomUUID } from "node:crypto";
import express from "express";
import SCIMMY from "scimmy";
import SCIMMYRouters from "scimmy-routers";

const plain = (instance) => JSON.parse(JSON.stringify(instance));

// store is one resource type in memory; naming is the attribute that is unique.
function store(naming) {
    const all = new Map();
    const taken = (id, data) => [...all.values()].some((r) => r.id !== id && r[naming]?.toLowerCase() === data[naming]?.toLowerCase());
    const find = (id) => {
        if (!all.has(id)) throw new SCIMMY.Types.Error(404, null, `Resource ${id} not found`);
        return all.get(id);
    };
    return {
        ingress: (resource, instance) => {
            const data = plain(instance);
            const old = resource.id ? find(resource.id) : undefined;
            if (taken(resource.id, data)) throw new SCIMMY.Types.Error(409, "uniqueness", `${naming} is taken`);
            const now = new Date().toISOString();
            const id = resource.id ?? randomUUID();
            const stored = { ...data, id, meta: { ...data.meta, created: old?.meta?.created ?? now, lastModified: now } };
            all.set(id, stored);
            return plain(stored);
        },
        egress: (resource) => {
            if (resource.id) return plain(find(resource.id));
            const list = [...all.values()].map(plain);
            return resource.filter ? resource.filter.match(list) : list;
        },
        degress: (resource) => {
            find(resource.id);
            all.delete(resource.id);
        }
    };
}

SCIMMY.Resources.declare(SCIMMY.Resources.User, store("userName"));
SCIMMY.Resources.User.extend(SCIMMY.Schemas.EnterpriseUser, false);
SCIMMY.Resources.declare(SCIMMY.Resources.Group, store("displayName"));

const app = express();
app.use("/scim", new SCIMMYRouters({
    type: "bearer",
    handler: (request) => {
        if (!process.env.TOKEN || request.header("Authorization") !== `Bearer ${process.env.TOKEN}`) throw new Error("A token is needed");
        return "entra";
    }
}));

// An error that no request waits for must not end the server.
for (const event of ["uncaughtException", "unhandledRejection"]) {
    process.on(event, (error) => console.error(event, String(error?.message ?? error).slice(0, 300)));
}

const server = app.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/scim`));
// A kept connection must not be closed just when a write goes out on it.
server.keepAliveTimeout = 120_000;
server.headersTimeout = 125_000;
