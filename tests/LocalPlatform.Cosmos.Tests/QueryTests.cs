using System.Net;
using Microsoft.Azure.Cosmos;
using Newtonsoft.Json.Linq;
using static LocalPlatform.Cosmos.Tests.CosmosTestExtensions;

namespace LocalPlatform.Cosmos.Tests;

/// <summary>How a gateway answers queries: whole, or in parts that the client merges as it does against the service.</summary>
public enum Gateway
{
    Whole,
    Plans,
    Spread,
}

public sealed class QueryFixture : IAsyncLifetime
{
    public const int Count = 40;

    private readonly Dictionary<Gateway, CosmosTestAccount> _accounts = new()
    {
        [Gateway.Whole] = new(new CosmosStoreOptions { IndexingThreshold = 0 }),
        [Gateway.Plans] = new(new CosmosStoreOptions { GenuineQueryPlans = true, IndexingThreshold = int.MaxValue }),
        [Gateway.Spread] = new(new CosmosStoreOptions { PartitionKeyRanges = 4, IndexingThreshold = 5 }),
    };

    private readonly Dictionary<Gateway, Container> _containers = [];

    public Container this[Gateway gateway] => _containers[gateway];

    public async ValueTask InitializeAsync()
    {
        foreach (var (gateway, account) in _accounts)
        {
            var container = _containers[gateway] = await account.NewContainerAsync();
            for (var i = 0; i < Count; i++)
                await container.CreateItemAsync(Document(i), cancellationToken: Ct);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var account in _accounts.Values)
            await account.DisposeAsync();
    }

    /// <summary>Numbers 0 to 39; <c>even</c> only on even ones; every tenth has a null name; tags of varying length.</summary>
    private static JObject Document(int i)
    {
        var document = JObject.FromObject(new
        {
            id = $"d{i:00}",
            pk = $"p{i % 5}",
            n = i,
            kind = i % 4 == 0 ? "four" : "other",
            name = i % 10 == 0 ? null : $"name {i}",
            price = i * 1.5,
            flag = i % 3 == 0,
            tags = Enumerable.Range(0, i % 4).Select(t => $"t{t}"),
            nested = new { deep = i % 7, list = new[] { new { x = i, y = -i }, new { x = i + 1, y = 0 } } },
        });
        if (i % 2 == 0)
            document["even"] = true;
        return document;
    }
}

public sealed class QueryTests(QueryFixture data) : IClassFixture<QueryFixture>
{
    public static TheoryData<Gateway, string, string> Queries
    {
        get
        {
            (string Sql, string Expected)[] cases =
            [
                ("SELECT VALUE c.n FROM c WHERE c.n < 3 ORDER BY c.n", "[0,1,2]"),
                ("SELECT VALUE c.n FROM c WHERE c.n >= 37 ORDER BY c.n DESC", "[39,38,37]"),
                ("SELECT VALUE c.n FROM c WHERE c.kind = 'four' AND c.n > 8 ORDER BY c.n OFFSET 1 LIMIT 3", "[16,20,24]"),
                ("SELECT TOP 2 c.n, c.pk FROM c ORDER BY c.n DESC", "[{\"n\":39,\"pk\":\"p4\"},{\"n\":38,\"pk\":\"p3\"}]"),
                ("SELECT VALUE COUNT(1) FROM c", "[40]"),
                ("SELECT VALUE COUNT(c.even) FROM c", "[20]"),
                ("SELECT VALUE c.n FROM c WHERE c.n IN (1, 3, 99) ORDER BY c.n", "[1,3]"),
                ("SELECT VALUE c.n FROM c WHERE c.n NOT IN (1, 3) AND c.n < 5 ORDER BY c.n", "[0,2,4]"),
                ("SELECT VALUE c.n FROM c WHERE c.n BETWEEN 5 AND 7 ORDER BY c.n", "[5,6,7]"),
                ("SELECT VALUE c.n FROM c WHERE IS_DEFINED(c.even) AND c.n < 6 ORDER BY c.n", "[0,2,4]"),
                ("SELECT VALUE c.n FROM c WHERE NOT IS_DEFINED(c.even) AND c.n < 6 ORDER BY c.n", "[1,3,5]"),
                ("SELECT VALUE c.n FROM c WHERE c.name = null ORDER BY c.n", "[0,10,20,30]"),
                ("SELECT VALUE c.n FROM c WHERE c.name != null AND c.n < 4 ORDER BY c.n", "[1,2,3]"),
                ("SELECT VALUE c.n FROM c WHERE c.flag AND c.n < 10 ORDER BY c.n", "[0,3,6,9]"),
                ("SELECT VALUE c.n FROM c WHERE NOT c.flag AND c.n < 6 ORDER BY c.n", "[1,2,4,5]"),
                ("SELECT VALUE c.n FROM c WHERE c.none = 1 OR c.n = 2", "[2]"),
                ("SELECT VALUE c.n FROM c WHERE NOT (c.none = 1) AND c.n = 2", "[]"),
                ("SELECT VALUE c.n FROM c WHERE c.name > 5", "[]"),
                ("SELECT VALUE c.n FROM c WHERE STARTSWITH(c.name, 'name 3') ORDER BY c.n", "[3,31,32,33,34,35,36,37,38,39]"),
                ("SELECT VALUE {\"a\": c.n, b: [c.pk, 1]} FROM c WHERE c.n = 6", "[{\"a\":6,\"b\":[\"p1\",1]}]"),
                ("SELECT c.none, c.n FROM c WHERE c.n = 8", "[{\"n\":8}]"),
                ("SELECT VALUE c.none FROM c", "[]"),
                ("SELECT VALUE c.n FROM c ORDER BY c.kind ASC, c.n DESC OFFSET 9 LIMIT 3", "[0,39,38]"),
                ("SELECT VALUE c.n FROM c ORDER BY c.kind DESC, c.n ASC OFFSET 0 LIMIT 2", "[1,2]"),
                ("select value root.n from root where root.n = 1 -- a comment", "[1]"),
                ("SELECT VALUE c.n\r\n  FROM c /* all\n of them */\n\tWHERE c.n = 1\n", "[1]"),
                ("SELECT VALUE c.n FROM c WHERE c.pk = 'p3' ORDER BY c.n OFFSET 2 LIMIT 2", "[13,18]"),
                ("SELECT VALUE c.n FROM c WHERE c.id = 'd05' AND c.pk = 'p0'", "[5]"),
                ("SELECT VALUE COUNT(1) FROM c WHERE c.n > 100", "[0]"),
                ("SELECT VALUE c.n FROM c ORDER BY c.even DESC, c.n OFFSET 19 LIMIT 2", "[38,1]"),
                ("SELECT VALUE c.n FROM c WHERE c.n < 5 ORDER BY c.even", "*[0,2,4]"),
                ("SELECT TOP 1 VALUE c.n FROM c WHERE c.n > 10 AND c.n < 12", "[11]"),
                ("SELECT VALUE c.n FROM c WHERE 3 > c.n ORDER BY c.n", "[0,1,2]"),
                ("SELECT VALUE c.n FROM c WHERE c.n NOT BETWEEN 2 AND 38 ORDER BY c.n", "[0,1,39]"),
                ("SELECT VALUE c.n FROM c WHERE c.n > -1 AND c.n < 1.5 ORDER BY c.n", "[0,1]"),
                ("SELECT VALUE c.n FROM c WHERE NOT (c.none = 1) OR c.n = 2", "[2]"),
                ("SELECT VALUE c.n FROM c WHERE c.none = undefined", "[]"),
                ("SELECT VALUE c.n FROM c WHERE c.flag = true AND c.name = 'name 3'", "[3]"),
                ("SELECT VALUE c[\"nested\"].deep FROM c WHERE c['n'] = 8", "[1]"),
                ("SELECT c.pk AS where_, c.nested.deep AS d, c.none FROM c WHERE c.n = 9", "[{\"where_\":\"p4\",\"d\":2}]"),
                ("SELECT x FROM c AS x WHERE x.id = 'd01' AND x.n = 2", "[]"),
                ("SELECT c.n = 6, c.n FROM c WHERE c.n = 6", "[{\"$1\":true,\"n\":6}]"),
                ("SELECT VALUE c.name FROM c WHERE c.n IN (0, 1, 2) ORDER BY c.name", "[null,\"name 1\",\"name 2\"]"),
                ("SELECT VALUE c.none FROM c ORDER BY c.n", "[]"),
                ("SELECT VALUE c.even FROM c WHERE c.n < 8 ORDER BY c.n OFFSET 1 LIMIT 2", "[true,true]"),
            ];
            var all = new TheoryData<Gateway, string, string>();
            foreach (var gateway in Enum.GetValues<Gateway>())
                foreach (var (sql, expected) in cases)
                    all.Add(gateway, sql, expected);
            return all;
        }
    }

    /// <summary>An expectation that begins with a star is a set: the order of its rows is free.</summary>
    [Theory]
    [MemberData(nameof(Queries))]
    public async Task A_query_is_answered_alike_in_every_mode(Gateway gateway, string sql, string expected)
    {
        foreach (var pageSize in (int[])[-1, 3])
        {
            var rows = await data[gateway].AllAsync<JToken>(new QueryDefinition(sql), pageSize: pageSize);
            AssertSame(expected, rows);
        }
    }

    [Theory]
    [InlineData(Gateway.Whole)]
    [InlineData(Gateway.Plans)]
    [InlineData(Gateway.Spread)]
    public async Task A_query_inside_one_partition_sees_only_it(Gateway gateway)
    {
        var key = new PartitionKey("p2");
        var container = data[gateway];
        AssertSame("[2,7,12,17,22,27,32,37]", await container.AllAsync<JToken>("SELECT VALUE c.n FROM c ORDER BY c.n", key, pageSize: 3));
        AssertSame("[8]", await container.AllAsync<JToken>("SELECT VALUE COUNT(1) FROM c", key));
        var query = new QueryDefinition("SELECT * FROM c WHERE c.kind = @k AND c.n > @after ORDER BY c.n OFFSET 0 LIMIT @n")
            .WithParameter("@k", "other").WithParameter("@after", 7).WithParameter("@n", 2);
        AssertSame("[17,22]", (await container.AllAsync<JObject>(query, key)).Select(doc => doc["n"]!));
        AssertSame("[37,32]", (await container.AllAsync<JObject>("SELECT TOP 2 * FROM c ORDER BY c.n DESC", key)).Select(doc => doc["n"]!));
    }

    [Theory]
    [InlineData("SELECT * FROM c WHERE", "Syntax error")]
    [InlineData("SELECT FROM c", "Syntax error")]
    [InlineData("SELECT * FROM c WHERE x.n = 1", "Identifier 'x'")]
    [InlineData("SELECT NOSUCH(c.n) FROM c", "does not support the function 'NOSUCH'")]
    [InlineData("SELECT VALUE SUM(c.n) FROM c", "does not support the function 'SUM'")]
    [InlineData("SELECT COUNT(1) AS n FROM c", "does not support the function 'COUNT'")]
    [InlineData("SELECT udf.f(c.n) FROM c", "does not support the user-defined function 'f'")]
    [InlineData("SELECT VALUE t FROM c JOIN t IN c.tags", "does not support 'JOIN'")]
    [InlineData("SELECT VALUE t FROM t IN c.tags", "does not support 'IN'")]
    [InlineData("SELECT VALUE x FROM (SELECT VALUE c FROM c) AS x", "does not support subqueries")]
    [InlineData("SELECT * FROM c WHERE c.n = (SELECT VALUE 1)", "does not support subqueries")]
    [InlineData("SELECT * FROM c WHERE EXISTS(SELECT VALUE t FROM t IN c.tags)", "does not support EXISTS")]
    [InlineData("SELECT DISTINCT VALUE c.kind FROM c", "does not support DISTINCT")]
    [InlineData("SELECT c.kind FROM c GROUP BY c.kind", "does not support 'GROUP'")]
    [InlineData("SELECT * FROM c WHERE c.id LIKE 'd_1'", "does not support 'LIKE'")]
    [InlineData("SELECT VALUE c.n + 1 FROM c", "does not support '+'")]
    [InlineData("SELECT VALUE c.flag ? 1 : 2 FROM c", "does not support '?'")]
    [InlineData("SELECT VALUE c.tags[0] FROM c", "does not support '['")]
    [InlineData("SELECT VALUE COUNT(1) FROM c ORDER BY c.n", "does not support COUNT together with")]
    [InlineData("SELECT VALUE COUNT(1) + 5 FROM c", "does not support '+'")]
    [InlineData("SELECT * FROM root r WHERE r._ts >!= 0", "Syntax error, incorrect syntax near '>!= 0'")]
    [InlineData("SELECT * FROM c ORDER BY c", "could not be mapped to a document path")]
    [InlineData("SELECT VALUE 1", "Syntax error")]
    public async Task What_is_not_supported_is_refused_by_name(string sql, string says)
    {
        foreach (var gateway in Enum.GetValues<Gateway>())
        {
            var failure = await data[gateway].AllAsync<JToken>(sql).ShouldFailAsync(HttpStatusCode.BadRequest);
            Assert.Contains(says, failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Long_chains_and_deep_nesting_are_answered_or_refused_but_harm_nobody()
    {
        var container = data[Gateway.Whole];
        var chain = string.Join(" OR ", Enumerable.Range(0, 1500).Select(i => $"c.n = {i * 7}"));
        Assert.Equal(6, (await container.AllAsync<JToken>($"SELECT VALUE c.n FROM c WHERE {chain}")).Count);
        await container.AllAsync<JToken>($"SELECT VALUE {new string('(', 20_000)}1{new string(')', 20_000)} FROM c")
            .ShouldFailAsync(HttpStatusCode.BadRequest);
        await container.AllAsync<JToken>($"SELECT VALUE {string.Concat(Enumerable.Repeat("NOT ", 20_000))}true FROM c")
            .ShouldFailAsync(HttpStatusCode.BadRequest);
        await container.AllAsync<JToken>($"SELECT VALUE {string.Concat(Enumerable.Repeat("1 = (", 60_000))}1 FROM c")
            .ShouldFailAsync(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Documents_without_the_property_are_ordered_only_where_the_policy_names_it()
    {
        await using var account = new CosmosTestAccount(new CosmosStoreOptions { IndexingThreshold = 0 });
        var plain = await account.NewContainerAsync();
        var named = await account.NewContainerAsync(configure: properties =>
        {
            properties.IndexingPolicy.IncludedPaths.Add(new IncludedPath { Path = "/*" });
            properties.IndexingPolicy.IncludedPaths.Add(new IncludedPath { Path = "/n/?" });
        });
        foreach (var container in (Container[])[plain, named])
        {
            await container.CreateItemAsync(new { id = "with", pk = "p", n = 1 }, cancellationToken: Ct);
            await container.CreateItemAsync(new { id = "without", pk = "p" }, cancellationToken: Ct);
        }
        Assert.Equal(["with"], await plain.AllAsync<string>("SELECT VALUE c.id FROM c ORDER BY c.n"));
        Assert.Equal(["without", "with"], await named.AllAsync<string>("SELECT VALUE c.id FROM c ORDER BY c.n"));
        Assert.Equal(["without", "with"], await plain.AllAsync<string>("SELECT VALUE c.id FROM c ORDER BY c.n, c.id"));
    }

    private static void AssertSame(string expected, IEnumerable<JToken> rows)
    {
        var wanted = JArray.Parse(expected.TrimStart('*')).ToList();
        var actual = rows.ToList();
        if (expected[0] == '*')
        {
            wanted = [.. wanted.OrderBy(Text, StringComparer.Ordinal)];
            actual = [.. actual.OrderBy(Text, StringComparer.Ordinal)];
        }
        Assert.Equal(wanted.Select(Text), actual.Select(Text));
    }

    // 5 and 5.0 are one number.
    private static string Text(JToken token) => token switch
    {
        JValue { Type: JTokenType.Integer or JTokenType.Float } number =>
            number.ToObject<double>().ToString("R", System.Globalization.CultureInfo.InvariantCulture),
        JArray array => "[" + string.Join(',', array.Select(Text)) + "]",
        JObject members => "{" + string.Join(',', members.Properties().Select(p => p.Name + ":" + Text(p.Value))) + "}",
        _ => token.ToString(Newtonsoft.Json.Formatting.None),
    };
}
