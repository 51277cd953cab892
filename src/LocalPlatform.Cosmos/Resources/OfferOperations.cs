using System.Globalization;
using System.Text.Json;
using LocalPlatform.Cosmos.Items;

namespace LocalPlatform.Cosmos.Resources;

/// <summary>Provisioned throughput, which the protocol calls offers: kept and shown, without any effect.</summary>
internal sealed class OfferOperations(CosmosStore store)
{
    public ValueTask<GatewayResponse> HandleAsync(GatewayRequest request, ResourcePath path) => (request.Method, path.Database) switch
    {
        ("GET", null) => new(List(request)),
        ("POST", null) => new(List(request)),
        ("GET", { } rid) => new(Find(rid) is { } offer ? Answer(offer) : GatewayResponse.NotFound()),
        ("PUT", { } rid) => ReplaceAsync(rid, request),
        _ => new(GatewayResponse.Error(405, $"The method {request.Method} does not apply to offers.")),
    };

    private GatewayResponse List(GatewayRequest request) =>
        ResourceFeed.Answer(request, "", "Offers", Offers().Select(offer => (Action<Utf8JsonWriter>)offer.WriteTo));

    private async ValueTask<GatewayResponse> ReplaceAsync(string rid, GatewayRequest request)
    {
        if (Find(rid) is not { } offer)
            return GatewayResponse.NotFound();
        using var body = JsonText.TryParse(request.Body);
        if (body is not { RootElement.ValueKind: JsonValueKind.Object } || !body.RootElement.TryGetProperty("content"u8, out var content)
            || content.ValueKind != JsonValueKind.Object || Throughput.FromOffer(content) is not { } throughput)
            return GatewayResponse.BadRequest(Throughput.Rule);
        var (table, number) = offer.Container is { } container
            ? ("containers", container.Number)
            : ("databases", offer.Database.Number);
        await store.WriteAsync(session => session.Execute($"UPDATE {table} SET throughput = @0 WHERE number = @1", throughput.ToStored(), number));
        if (offer.Container is { } changed)
            changed.Throughput = throughput;
        else
            offer.Database.Throughput = throughput;
        return Answer(offer with { Throughput = throughput });
    }

    private Offer? Find(string rid) => Offers().FirstOrDefault(offer => offer.Rid == rid);

    private IEnumerable<Offer> Offers()
    {
        foreach (var database in store.Catalog.Databases.Values)
        {
            if (database.Throughput is { } shared)
                yield return new Offer(database, null, shared);
            foreach (var container in database.Containers.Values)
            {
                // A container of a database without throughput of its own always has some: the service's least.
                if (container.Throughput is not null || database.Throughput is null)
                    yield return new Offer(database, container, container.Throughput ?? Throughput.Default);
            }
        }
    }

    private static GatewayResponse Answer(Offer offer) => new()
    {
        Status = 200,
        RequestCharge = RequestCharges.Metadata,
        ThroughputMin = offer.Throughput.Min,
        Body = JsonText.Write(offer, (writer, o) => o.WriteTo(writer)),
    };

    private sealed record Offer(DatabaseState Database, ContainerState? Container, Throughput Throughput)
    {
        // Four characters, as the service's own: a number in hex.
        public string Rid => ((Container is null ? 0 : 1) + (2L * (Container?.Number ?? Database.Number)))
            .ToString("X4", CultureInfo.InvariantCulture);

        public void WriteTo(Utf8JsonWriter writer)
        {
            writer.WriteStartObject();
            writer.WriteString("resource", Container?.Self ?? $"dbs/{Database.Rid}/");
            writer.WriteString("offerType", "Invalid");
            writer.WriteString("offerResourceId", Container?.Rid ?? Database.Rid);
            writer.WriteString("offerVersion", "V2");
            writer.WritePropertyName("content");
            Throughput.WriteTo(writer);
            writer.WriteString("id", Rid);
            writer.WriteString("_rid", Rid);
            writer.WriteString("_self", $"offers/{Rid}/");
            writer.WriteString("_etag", ETag.Text(Throughput.Units, Database.Timestamp));
            writer.WriteNumber("_ts", Database.Timestamp);
            writer.WriteEndObject();
        }
    }
}
