using System.Text.Json;

namespace Commerce.Shared.Ranking;

/// <summary>
/// Reads sale facts off a page of the catalog's change feed. Straight from the bytes: of the dozen fields of a document seven count,
/// and most of a fold is this loop.
/// </summary>
public static class SaleFactReader
{
    private enum Kind
    {
        Other,
        Sale,
        Release,
    }

    /// <summary>Appends the facts of a page (<c>{"Documents":[...]}</c>) in its order.</summary>
    /// <param name="page">The page as UTF-8 JSON.</param>
    /// <param name="products">Numbers the products.</param>
    /// <param name="facts">Where the facts go.</param>
    /// <param name="touched">Takes the products of all documents, facts or not: something about them has changed.</param>
    /// <returns>How many documents the page had, facts or not.</returns>
    /// <exception cref="JsonException">The page is no such JSON.</exception>
    public static int Read(ReadOnlySpan<byte> page, ProductIds products, List<SaleFact> facts, HashSet<int> touched)
    {
        ArgumentNullException.ThrowIfNull(products);
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(touched);
        var reader = new Utf8JsonReader(page);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isDocuments = reader.ValueTextEquals("Documents"u8);
            reader.Read();
            if (isDocuments)
                return ReadDocuments(ref reader, products, facts, touched);
            reader.Skip();
        }
        return 0;
    }

    private static int ReadDocuments(ref Utf8JsonReader reader, ProductIds products, List<SaleFact> facts, HashSet<int> touched)
    {
        var count = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            count++;
            if (ReadDocument(ref reader, products, touched) is { } fact)
                facts.Add(fact);
        }
        return count;
    }

    private static SaleFact? ReadDocument(ref Utf8JsonReader reader, ProductIds products, HashSet<int> touched)
    {
        var kind = Kind.Other;
        int? product = null;
        long delta = 0, unitPrice = 0;
        DateTimeOffset? occurredAt = null, soldAt = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("kind"u8))
                kind = ReadKind(ref reader);
            else if (reader.ValueTextEquals("productId"u8))
                product = ReadProduct(ref reader, products);
            else if (reader.ValueTextEquals("delta"u8))
                delta = ReadNumber(ref reader);
            else if (reader.ValueTextEquals("unitPrice"u8))
                unitPrice = ReadNumber(ref reader);
            else if (reader.ValueTextEquals("occurredAt"u8))
                occurredAt = ReadTime(ref reader);
            else if (reader.ValueTextEquals("soldAt"u8))
                soldAt = ReadTime(ref reader);
            else
                SkipValue(ref reader);
        }
        if (product is { } changed)
            touched.Add(changed);
        // A sale takes pieces out of the stock, so its delta is negative; a release puts them back.
        return kind != Kind.Other && product is { } number && (soldAt ?? occurredAt) is { } time
            ? new SaleFact(number, new Sales(-delta, -delta * unitPrice), time)
            : null;
    }

    private static Kind ReadKind(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            if (reader.ValueTextEquals("sale"u8))
                return Kind.Sale;
            if (reader.ValueTextEquals("release"u8))
                return Kind.Release;
        }
        reader.Skip();
        return Kind.Other;
    }

    private static int? ReadProduct(ref Utf8JsonReader reader, ProductIds products)
    {
        reader.Read();
        Span<char> id = stackalloc char[Limits.IdentifierLengthMax];
        if (reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length <= id.Length)
            return products.NumberOf(id[..reader.CopyString(id)]);
        if (reader.TokenType == JsonTokenType.String)
            return products.NumberOf(reader.GetString());
        reader.Skip();
        return null;
    }

    private static long ReadNumber(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.Number)
        {
            reader.Skip();
            return 0;
        }
        // Cosmos DB may write a whole number as a double.
        return reader.TryGetInt64(out var number) ? number : (long)reader.GetDouble();
    }

    private static DateTimeOffset? ReadTime(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String && reader.TryGetDateTimeOffset(out var time))
            return time;
        reader.Skip();
        return null;
    }

    private static void SkipValue(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }
}
