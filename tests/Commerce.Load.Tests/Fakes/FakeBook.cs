using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Commerce.Load.Tests.Fakes;

/// <summary>A shop's state in memory, one call at a time, with ways to be dishonest.</summary>
internal sealed class FakeBook
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, (string Name, long Price, long Stock)> _products = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _balances = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Sold> _answered = new(StringComparer.Ordinal);
    private readonly List<Sold> _orders = [];
    private readonly HashSet<string> _chargeKeys = new(StringComparer.Ordinal);
    private int _topReads;

    private sealed class Sold
    {
        public required string Id { get; init; }
        public required string User { get; init; }
        public required (string Id, long Quantity, long Amount)[] Lines { get; init; }
        public required string Status { get; set; }
        public int ReadsUntilPaid { get; set; }
        public DateTimeOffset At { get; } = DateTimeOffset.UtcNow;
    }

    /// <summary>The audit says that a sum does not hold.</summary>
    public bool AuditFails { get; set; }

    /// <summary>How many reads of the top list come too early.</summary>
    public int TopLag { get; set; }

    /// <summary>The top list counts each sale twice.</summary>
    public bool TopCountsTwice { get; set; }

    /// <summary>The first reads of the top list count an order of millions that was never paid.</summary>
    public bool TopCountsUnpaid { get; set; }

    /// <summary>Won that every order costs beyond what its buyer has seen.</summary>
    public long Surcharge { get; set; }

    /// <summary>Keys are not remembered: a repeat is a new order.</summary>
    public bool ForgetsKeys { get; set; }

    /// <summary>Orders answer 202 and are paid after this many reads.</summary>
    public int PendingReads { get; set; }

    /// <summary>Orders answer 202, and their stock is found to be missing only then.</summary>
    public bool RejectsLate { get; set; }

    public IReadOnlyList<string> ImportedIds { get; private set; } = [];

    /// <summary>Whose stock was spread, over how many shards and when.</summary>
    public IReadOnlyList<string> Spread { get; private set; } = [];

    public int OrderCount => _orders.Count;

    /// <summary>The orders that were paid, in the order of their payment.</summary>
    public IReadOnlyList<string> PaidIds
    {
        get
        {
            lock (_lock)
                return [.. _orders.Where(order => order.Status == "paid").Select(order => order.Id)];
        }
    }

    public long Charged { get; private set; }

    public void AddProduct(string id, long price, long stock) => _products[id] = (id, price, stock);

    /// <summary>A sale that no replay knows of.</summary>
    public void SellToStranger(string productId, long quantity) =>
        _orders.Add(new Sold
        {
            Id = $"stranger-{_orders.Count}",
            User = "stranger",
            Status = "paid",
            Lines = [(productId, quantity, quantity * _products[productId].Price)]
        });

    public IResult Import(string csv)
    {
        lock (_lock)
        {
            var rows = csv.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(row => row.Split(',')).ToArray();
            foreach (var row in rows)
                _products[row[0]] = (string.Join(',', row[1..^2]), long.Parse(row[^2], CultureInfo.InvariantCulture),
                    long.Parse(row[^1], CultureInfo.InvariantCulture));
            ImportedIds = [.. ImportedIds, .. rows.Select(row => row[0])];
            return Results.Json(new { imported = rows.Length });
        }
    }

    public IResult Spreads(string productId, JsonObject body)
    {
        lock (_lock)
        {
            var count = (int)body["count"]!;
            Spread = [.. Spread, $"{productId} {count} before order {_orders.Count + 1}"];
            return Results.Json(new { productId, count });
        }
    }

    public IResult Products(int limit, int skip)
    {
        lock (_lock)
            return Page([.. _products.Select(product =>
                new { productId = product.Key, name = product.Value.Name, price = product.Value.Price, stock = product.Value.Stock })],
                    limit, skip);
    }

    public IResult Product(string id)
    {
        lock (_lock)
            return _products.TryGetValue(id, out var product)
                ? Results.Json(new { productId = id, product.Name, product.Price, product.Stock }) : Problem(404, "not-found");
    }

    public IResult Charge(string user, string key, JsonObject body)
    {
        lock (_lock)
        {
            if (key.Length == 0)
                return Problem(400, "idempotency-key-missing");
            var amount = (long)body["amount"]!;
            if (_chargeKeys.Add($"{user}|{key}"))
            {
                _balances[user] = _balances.GetValueOrDefault(user) + amount;
                Charged += amount;
            }
            return Results.Json(new { amount, balance = _balances[user] }, statusCode: 201);
        }
    }

    public IResult Order(string user, string key, JsonObject body)
    {
        lock (_lock)
        {
            if (!ForgetsKeys && _answered.TryGetValue($"{user}|{key}", out var known))
                return known.Status == "rejected" ? Problem(409, "insufficient-stock") : Results.Json(Wire(known), statusCode: 201);
            var wanted = body["items"]!.AsArray().GroupBy(item => (string)item!["productId"]!)
                .Select(group => (Id: group.Key, Quantity: group.Sum(item => (long)item!["quantity"]!))).ToArray();
            if (wanted.Any(line => !_products.ContainsKey(line.Id)))
                return Problem(404, "not-found");
            if (wanted.Any(line => _products[line.Id].Stock < line.Quantity))
                return Problem(409, "insufficient-stock");
            var lines = wanted.Select(line => (line.Id, line.Quantity, (_products[line.Id].Price * line.Quantity) + Surcharge)).ToArray();
            var total = lines.Sum(line => line.Item3);
            if (Surcharge == 0 && (long?)body["expectedTotalAmount"] is { } expected && expected != total)
                return Problem(409, "price-changed");
            if (_balances.GetValueOrDefault(user) < total)
                return Problem(409, "insufficient-balance");
            if (RejectsLate)
            {
                var late = _answered[$"{user}|{key}"] = new Sold
                {
                    Id = $"late-{_answered.Count}",
                    User = user,
                    Lines = lines,
                    Status = "rejected"
                };
                return Results.Json(Wire(late, "pending"), statusCode: 202);
            }
            _balances[user] -= total;
            foreach (var (id, quantity) in wanted)
                _products[id] = _products[id] with { Stock = _products[id].Stock - quantity };
            var sold = new Sold
            {
                Id = $"order-{_orders.Count}",
                User = user,
                Lines = lines,
                Status = PendingReads > 0 ? "pending" : "paid",
                ReadsUntilPaid = PendingReads
            };
            _orders.Add(sold);
            _answered[$"{user}|{key}"] = sold;
            return Results.Json(Wire(sold), statusCode: PendingReads > 0 ? 202 : 201);
        }
    }

    public IResult OrderById(string user, string id)
    {
        lock (_lock)
        {
            var sold = _answered.Values.First(order => order.User == user && order.Id == id);
            if (sold.Status == "pending" && --sold.ReadsUntilPaid <= 0)
                sold.Status = "paid";
            return Results.Json(Wire(sold));
        }
    }

    public IResult Orders(string user, int limit, int skip)
    {
        lock (_lock)
            return Page([.. _orders.Where(order => order.User == user).Select(Wire)], limit, skip);
    }

    public IResult Cancel(string user, string id, string key)
    {
        lock (_lock)
        {
            if (key.Length == 0)
                return Problem(400, "idempotency-key-missing");
            var sold = _orders.Single(order => order.User == user && order.Id == id);
            sold.Status = "cancelled";
            return Results.Json(Wire(sold));
        }
    }

    public IResult Top(int limit)
    {
        lock (_lock)
        {
            var visible = ++_topReads > TopLag ? _orders.Where(order => order.Status == "paid") : [];
            var factor = TopCountsTwice ? 2 : 1;
            var items = visible.SelectMany(order => order.Lines).GroupBy(line => line.Id)
                .Select(group => (Id: group.Key, Quantity: factor * group.Sum(line => line.Quantity),
                    Revenue: factor * group.Sum(line => line.Amount)))
                .OrderByDescending(item => item.Quantity).ThenByDescending(item => item.Revenue)
                    .ThenBy(item => item.Id, StringComparer.Ordinal).Take(limit)
                .Select((item, index) => new { rank = index + 1, productId = item.Id, quantity = item.Quantity, revenue = item.Revenue })
                    .ToList();
            if (TopCountsUnpaid && _topReads == 1)
                items.Add(new { rank = items.Count + 1, productId = _products.First().Key, quantity = 3_000_000L, revenue = 1L });
            return Results.Json(new { items, windowStart = DateTimeOffset.UtcNow.AddHours(-72), asOf = DateTimeOffset.UtcNow });
        }
    }

    public IResult Audit()
    {
        lock (_lock)
            return Results.Json(new
            {
                ok = !AuditFails,
                checkedAt = DateTimeOffset.UtcNow,
                accounts = _balances.Count,
                products = _products.Count,
                orders = _orders.Count,
                differences = AuditFails ? new object[] { new { kind = "stock" } }
                    : []
            });
    }

    private static object Wire(Sold sold) => Wire(sold, sold.Status);

    private static object Wire(Sold sold, string status) => new
    {
        orderId = sold.Id,
        userId = sold.User,
        status,
        createdAt = sold.At,
        totalAmount = sold.Lines.Sum(line => line.Amount),
        lines = sold.Lines.Select(line => new { productId = line.Id, quantity = line.Quantity, amount = line.Amount }),
    };

    private static IResult Page(object[] all, int limit, int skip) =>
        Results.Json(new
        {
            items = all.Skip(skip).Take(limit),
            nextCursor = all.Length > skip + limit
            ? (skip + limit).ToString(CultureInfo.InvariantCulture) : null
        });

    private static IResult Problem(int status, string slug) =>
        Results.Json(new { type = $"https://shop.example/problems/{slug}", title = slug, status, detail = "said the fake" },
            contentType: "application/problem+json", statusCode: status);
}
