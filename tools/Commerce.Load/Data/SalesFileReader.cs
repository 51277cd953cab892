using System.Globalization;
using System.Security.Cryptography;

namespace Commerce.Load.Data;

/// <summary>
/// Reads a file of orders in any of three forms, told apart by the first line: the UCI data set <em>Online Retail</em>
/// (both editions), <c>orderKey,userId,productId,quantity,orderedAt</c>, or baskets (one a line, product ids with commas).
/// </summary>
internal static class SalesFileReader
{
    private static readonly string[] RetailTimes = ["M/d/yy H:mm", "M/d/yyyy H:mm", "yyyy-MM-dd H:mm:ss", "yyyy-MM-dd H:mm"];

    /// <exception cref="InputException">The file is missing, too large, of no known form, or holds no order.</exception>
    public static SalesFile Read(string path)
    {
        var (text, bytes) = CsvTable.ReadText(path);
        return Parse(text, Path.GetFileName(path), Convert.ToHexStringLower(SHA256.HashData(bytes))[..12]);
    }

    internal static SalesFile Parse(string text, string source, string fingerprint)
    {
        var header = CsvTable.Header(text);
        var book = new SalesBook();
        var goods = new GoodsList();
        if (header.Contains("STOCKCODE"))
            ReadRetail(text, book, goods);
        else if (header.Contains("ORDERKEY"))
            ReadOrders(text, book);
        else if (header.Length > 0 && header.All(code => code.Length is > 0 and <= 64))
            ReadBaskets(text, book, goods);
        else
            throw new InputException(
                $"{source}: the first line is neither InvoiceNo,StockCode,... nor orderKey,userId,... nor a basket of product ids");

        var (orders, cancellations) = book.Close();
        if (orders.Count == 0)
            throw new InputException($"{source}: no order in it");
        return new SalesFile(fingerprint, orders, cancellations, goods.ToCatalog(orders), book.LeftOut);
    }

    private static void ReadRetail(string text, SalesBook book, GoodsList goods)
    {
        foreach (var row in CsvTable.Rows(text, () => book.LeaveOut("malformed row")))
        {
            var invoice = row["INVOICENO", "INVOICE"].Trim();
            var isReturn = invoice.StartsWith('C');
            if (RetailRules.ProductId(row["STOCKCODE"]) is not { } productId)
                book.LeaveOut("not goods (postage, discount, fee, ...)");
            else if (!RetailRules.IsSafeId(invoice) || RetailRules.UserId(row["CUSTOMERID", "CUSTOMER ID"]) is not { } userId)
                book.LeaveOut("invoice or customer number unreadable");
            else if (!TryQuantity(row["QUANTITY"], out var quantity) || quantity < 0 != isReturn)
                book.LeaveOut("no quantity, or a stock correction");
            else if (RetailRules.Pounds(row["UNITPRICE", "PRICE"]) is not { } pounds)
                book.LeaveOut("no price");
            else if (!TryTime(row["INVOICEDATE"], out var orderedAt))
                book.LeaveOut("no date");
            else
            {
                goods.Add(productId, row["DESCRIPTION"], RetailRules.ToWon(pounds));
                book.Add(invoice, userId, productId, quantity, orderedAt);
            }
        }
    }

    private static void ReadOrders(string text, SalesBook book)
    {
        foreach (var row in CsvTable.Rows(text, () => book.LeaveOut("malformed row")))
        {
            var (key, userId, productId) = (row["ORDERKEY"].Trim(), row["USERID"].Trim(), row["PRODUCTID"].Trim());
            if (!RetailRules.IsSafeId(key) || !RetailRules.IsSafeId(userId) || !RetailRules.IsSafeId(productId))
                book.LeaveOut("order, user or product id unreadable");
            else if (!TryQuantity(row["QUANTITY"], out var quantity))
                book.LeaveOut("no quantity");
            else if (!DateTimeOffset.TryParse(row["ORDEREDAT"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal,
                out var orderedAt))
                book.LeaveOut("no date");
            else
                book.Add(key, userId, productId, quantity, orderedAt);
        }
    }

    /// <summary>
    /// Baskets name no customer, price or quantity: fifty shoppers take turns, one piece each, at a price derived from the code.
    /// </summary>
    private static void ReadBaskets(string text, SalesBook book, GoodsList goods)
    {
        var number = 0;
        foreach (var line in text.EnumerateLines())
        {
            number++;
            foreach (var productId in Baskets.Products(line, left => book.LeaveOut("not goods (postage, discount, fee, ...)", left)))
            {
                goods.Add(productId, "", Baskets.Price(productId));
                book.Add($"basket-{number}", $"shopper-{(number % 50) + 1}", productId, 1, DateTimeOffset.UnixEpoch);
            }
        }
    }

    private static bool TryQuantity(string text, out int quantity) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite,
            CultureInfo.InvariantCulture, out quantity)
        && quantity is not 0 and > int.MinValue;

    private static bool TryTime(string text, out DateTimeOffset time) =>
        DateTimeOffset.TryParseExact(text.Trim(), RetailTimes, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
}
