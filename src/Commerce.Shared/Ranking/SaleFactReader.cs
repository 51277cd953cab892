using System.Text.Json;

namespace Commerce.Shared.Ranking;

/// <summary>
/// Reads sale facts off a page of the accounts' change feed: what payments have bought, and what refunds give back. Straight from the
/// bytes: of all that a user's partition holds only those entries count, and most of a fold is this loop.
/// </summary>
public static class SaleFactReader
{
    private enum Kind
    {
        Other,
        Payment,
        Refund,
    }

    /// <summary>Appends the facts of a page (<c>{"Documents":[...]}</c>) in its order.</summary>
    /// <param name="page">The page as UTF-8 JSON.</param>
    /// <param name="products">Numbers the products.</param>
    /// <param name="facts">Where the facts go.</param>
    /// <returns>What the page had, facts or not.</returns>
    /// <exception cref="JsonException">The page is no such JSON.</exception>
    public static SalePage Read(ReadOnlySpan<byte> page, ProductIds products, List<SaleFact> facts)
    {
        ArgumentNullException.ThrowIfNull(products);
        ArgumentNullException.ThrowIfNull(facts);
        var reader = new Utf8JsonReader(page);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isDocuments = reader.ValueTextEquals("Documents"u8);
            reader.Read();
            if (isDocuments)
                return ReadDocuments(ref reader, products, facts);
            reader.Skip();
        }
        return default;
    }

    private static SalePage ReadDocuments(ref Utf8JsonReader reader, ProductIds products, List<SaleFact> facts)
    {
        var page = default(SalePage);
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            page = new(page.Documents + 1, ReadDocument(ref reader, products, facts));
        return page;
    }

    /// <summary>Appends the document's facts, and tells when it was written.</summary>
    private static long ReadDocument(ref Utf8JsonReader reader, ProductIds products, List<SaleFact> facts)
    {
        var (first, kind, isEntry, writtenAt) = (facts.Count, Kind.Other, true, 0L);
        DateTimeOffset? createdAt = null, soldAt = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
                isEntry = ReadIsEntry(ref reader);
            else if (reader.ValueTextEquals("kind"u8))
                kind = ReadKind(ref reader);
            else if (reader.ValueTextEquals("createdAt"u8))
                createdAt = ReadTime(ref reader);
            else if (reader.ValueTextEquals("soldAt"u8))
                soldAt = ReadTime(ref reader);
            else if (reader.ValueTextEquals("_ts"u8))
                writtenAt = ReadNumber(ref reader);
            // Orders have lines too, and say before them that they are orders.
            else if (isEntry && reader.ValueTextEquals("lines"u8))
                ReadLines(ref reader, products, facts);
            else
                reader.Skip();
        }
        Settle(facts, first, isEntry ? kind : Kind.Other, soldAt ?? createdAt);
        return writtenAt;
    }

    /// <summary>Gives the lines that were read the sign and the time of their document, or drops them if it is none that counts.</summary>
    private static void Settle(List<SaleFact> facts, int first, Kind kind, DateTimeOffset? soldAt)
    {
        if (kind == Kind.Other || soldAt is not { } time)
        {
            facts.RemoveRange(first, facts.Count - first);
            return;
        }
        for (var i = first; i < facts.Count; i++)
            facts[i] = facts[i] with { Sales = kind == Kind.Refund ? -facts[i].Sales : facts[i].Sales, SoldAt = time };
    }

    private static void ReadLines(ref Utf8JsonReader reader, ProductIds products, List<SaleFact> facts)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
                reader.Skip();
            else if (ReadLine(ref reader, products) is { } fact)
                facts.Add(fact);
        }
    }

    private static SaleFact? ReadLine(ref Utf8JsonReader reader, ProductIds products)
    {
        int? product = null;
        long quantity = 0, unitPrice = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("productId"u8))
                product = ReadProduct(ref reader, products);
            else if (reader.ValueTextEquals("quantity"u8))
                quantity = ReadNumber(ref reader);
            else if (reader.ValueTextEquals("unitPrice"u8))
                unitPrice = ReadNumber(ref reader);
            else
                reader.Skip();
        }
        return product is { } number ? new SaleFact(number, new Sales(quantity, quantity * unitPrice), default) : null;
    }

    private static bool ReadIsEntry(ref Utf8JsonReader reader)
    {
        reader.Read();
        var isEntry = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("entry"u8);
        reader.Skip();
        return isEntry;
    }

    private static Kind ReadKind(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            if (reader.ValueTextEquals("payment"u8))
                return Kind.Payment;
            if (reader.ValueTextEquals("refund"u8))
                return Kind.Refund;
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
}
