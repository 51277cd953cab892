using System.Text.Json;
using System.Text.Json.Nodes;
using LocalPlatform.Cosmos.Items;
using LocalPlatform.Storage;

namespace LocalPlatform.Cosmos.Resources;

/// <summary>Create, upsert, read, replace, delete, list and query of stored resources. Running a script is refused.</summary>
internal sealed class StoredResourceOperations(CosmosStore store)
{
    public ValueTask<GatewayResponse> HandleAsync(StoredResourceOwner owner, string? id, GatewayRequest request) => (request.Method, id) switch
    {
        ("GET", null) => new(List(owner, request)),
        ("POST", null) when ResourceFeed.IsQuery(request) => new(List(owner, request)),
        ("POST", null) when owner.Kind.CanBeCreated => WriteAsync(owner, null, request),
        ("GET", not null) => new(Find(owner, id) is { } found ? Answer(200, found) : GatewayResponse.NotFound()),
        ("PUT", not null) => WriteAsync(owner, id, request),
        ("DELETE", not null) => DeleteAsync(owner, id),
        ("POST", not null) => new(GatewayResponse.BadRequest("The local gateway stores scripts but does not execute them.")),
        _ => new(GatewayResponse.Error(405, $"The method {request.Method} does not apply to '{owner.Kind.Segment}'.")),
    };

    private GatewayResponse List(StoredResourceOwner owner, GatewayRequest request)
    {
        var rows = store.Read(session => session.Query(
            "SELECT number, body, ts FROM stored_resources WHERE owner = @0 ORDER BY number", row => Map(owner, row), owner.Key));
        return ResourceFeed.Answer(
            request, owner.Rid, owner.Kind.ListName, rows.Select(resource => (Action<Utf8JsonWriter>)(writer => resource.WriteTo(writer))));
    }

    private StoredResource? Find(StoredResourceOwner owner, string id) => store.Read(session => Find(session, owner, id));

    private static StoredResource? Find(SqliteSession session, StoredResourceOwner owner, string id) => session.QueryFirst(
        "SELECT number, body, ts FROM stored_resources WHERE owner = @0 AND id = @1", row => Map(owner, row), owner.Key, id);

    // Creates without an id in the path, or upserts if asked to; replaces, and renames, with one.
    private async ValueTask<GatewayResponse> WriteAsync(StoredResourceOwner owner, string? id, GatewayRequest request)
    {
        using var body = JsonText.TryParse(request.Body);
        if (body is not { RootElement.ValueKind: JsonValueKind.Object }
            || !body.RootElement.TryGetProperty("id"u8, out var name) || name.ValueKind != JsonValueKind.String
            || !ResourceName.IsValid(name.GetString()))
            return GatewayResponse.BadRequest("The input name is invalid. Ensure to provide a unique non-empty string less than '255' characters.");
        var json = WithoutSystemProperties(body.RootElement);
        var (newId, now, isUpsert) = (name.GetString()!, store.NowSeconds(), request.Flag(HeaderNames.IsUpsert));
        return await store.WriteAsync(session =>
        {
            var current = Find(session, owner, id ?? newId);
            if (current is null)
                return id is null ? Answer(201, Insert(session, owner, newId, json, now)) : GatewayResponse.NotFound();
            if (id is null && !isUpsert)
                return GatewayResponse.Conflict();
            if (request.Headers.Find(HeaderNames.IfMatch) is { } condition && !ETag.Matches(condition, current.Number, current.Timestamp))
                return GatewayResponse.PreconditionFailed();
            // The tag is made of the second; two versions must not share one.
            var timestamp = Math.Max(now, current.Timestamp + 1);
            return session.Execute(
                "UPDATE OR IGNORE stored_resources SET id = @0, body = @1, ts = @2 WHERE number = @3", newId, json, timestamp, current.Number) == 0
                ? GatewayResponse.Conflict()
                : Answer(200, current with { Body = json, Timestamp = timestamp });
        });
    }

    private static StoredResource Insert(SqliteSession session, StoredResourceOwner owner, string id, byte[] json, long now)
    {
        session.Execute("INSERT INTO stored_resources(owner, id, body, ts) VALUES(@0, @1, @2, @3)", owner.Key, id, json, now);
        return new StoredResource(owner, session.QueryFirst("SELECT last_insert_rowid()", row => row.GetInt64(0)), json, now);
    }

    private async ValueTask<GatewayResponse> DeleteAsync(StoredResourceOwner owner, string id)
    {
        var deleted = await store.WriteAsync(session =>
            session.Execute("DELETE FROM stored_resources WHERE owner = @0 AND id = @1", owner.Key, id));
        return deleted == 0 ? GatewayResponse.NotFound() : new GatewayResponse { Status = 204, RequestCharge = RequestCharges.Metadata };
    }

    private static byte[] WithoutSystemProperties(JsonElement root)
    {
        var node = JsonNode.Parse(root.GetRawText())!.AsObject();
        foreach (var name in node.Select(property => property.Key).Where(name => name.StartsWith('_')).ToArray())
            node.Remove(name);
        return JsonSerializer.SerializeToUtf8Bytes((JsonNode)node);
    }

    private static StoredResource Map(StoredResourceOwner owner, SqliteRow row) => new(owner, row.GetInt64(0), row.GetBytes(1), row.GetInt64(2));

    private static GatewayResponse Answer(int status, StoredResource resource) => new()
    {
        Status = status,
        ETag = resource.ETag,
        RequestCharge = RequestCharges.Metadata,
        Body = JsonText.Write(resource, (writer, r) => r.WriteTo(writer)),
    };
}

/// <summary>Whose stored resources, and of which kind.</summary>
internal sealed record StoredResourceOwner(StoredResourceKind Kind, string Key, string Rid, string Self, byte[] RidBytes)
{
    public static StoredResourceOwner Of(ContainerState container, StoredResourceKind kind) =>
        new(kind, $"{Prefix(container)}{kind.Segment}", container.Rid, container.Self, container.RidBytes);

    public static StoredResourceOwner Users(DatabaseState database) => new(
        StoredResourceKind.Users, $"{Prefix(database)}users", database.Rid, $"dbs/{database.Rid}/", Convert.FromBase64String(database.Rid.Replace('-', '/')));

    /// <summary>What the keys of all kinds of a container begin with.</summary>
    public static string Prefix(ContainerState container) => $"c{container.Number}/";

    /// <inheritdoc cref="Prefix(ContainerState)"/>
    public static string Prefix(DatabaseState database) => $"d{database.Number}/";

    /// <summary>Forgets what belongs to a container or database that is deleted. To be called on the writer thread.</summary>
    public static void Drop(SqliteSession session, string prefix) =>
        session.Execute("DELETE FROM stored_resources WHERE substr(owner, 1, length(@0)) = @0", prefix);
}

/// <summary>A resource as it lies in the store.</summary>
internal sealed record StoredResource(StoredResourceOwner Owner, long Number, byte[] Body, long Timestamp)
{
    public string ETag => Items.ETag.Text(Number, Timestamp);

    public void WriteTo(Utf8JsonWriter writer)
    {
        var rid = Owner.Kind.IdMark is { } mark ? ResourceId.ChildOfContainer(Owner.RidBytes, Number, mark) : ResourceId.User(Owner.RidBytes, Number);
        writer.WriteStartObject();
        using (var body = JsonText.ParseStored(Body))
        {
            foreach (var property in body.RootElement.EnumerateObject())
                property.WriteTo(writer);
        }
        writer.WriteString("_rid", rid);
        writer.WriteString("_self", $"{Owner.Self}{Owner.Kind.Segment}/{rid}/");
        writer.WriteString("_etag", ETag);
        if (Owner.Kind == StoredResourceKind.Users)
            writer.WriteString("_permissions", "permissions/");
        writer.WriteNumber("_ts", Timestamp);
        writer.WriteEndObject();
    }
}
