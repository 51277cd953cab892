using System.Text.Json;
using Commerce.Shared.Audit;
using Commerce.Shared.Balance;
using Commerce.Shared.Cart;
using Commerce.Shared.Catalog;
using Commerce.Shared.Delivery;
using Commerce.Shared.Json;
using Commerce.Shared.Ranking;

namespace Commerce.Shared.Tests.Json;

/// <summary>What a document holds of which nothing is said when it is made.</summary>
public sealed class NewDocumentsTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 9, 0, 0, TimeSpan.FromHours(9));

    [Fact]
    public void A_new_document_says_what_was_given_and_nothing_else()
    {
        (object Document, string Json)[] cases =
        [
            (new Account { UserId = "kim", Balance = 0, EntryCount = 0, UpdatedAt = Now },
                """{"id":"account","type":"account","userId":"kim","balance":0,"held":0,"entryCount":0,"updatedAt":T}"""),
            (CartRules.Empty("kim", Now),
                """{"id":"cart","type":"cart","userId":"kim","items":[],"revisions":"","updatedAt":T,"ttl":2592000}"""),
            (new Product { ProductId = "p", Name = "P", Price = 1, Stock = 0, CreatedAt = Now, UpdatedAt = Now },
                """
                {"id":"product","type":"product","productId":"p","name":"P","price":1,"stock":0,"movementCount":0,"revisions":"",
                "createdAt":T,"updatedAt":T}
                """),
            (new DeliveryControl(), """{"id":"control","shard":"control","isPaused":false}"""),
            (new ReconciliationCheckpoint { PaidUntil = Now, CancelledUntil = Now },
                """{"id":"reconciliation","shard":"reconciliation","paidUntil":T,"cancelledUntil":T}"""),
            (new RankingCheckpoint { Scope = RankingPointer.ScopeOf(3), Commit = 0, FeedStart = Now, Ranges = [new("r", null)] },
                """{"id":"checkpoint","scope":"paid-3","commit":0,"feedStart":T,"ranges":[{"range":"r"}],"lists":[]}"""),
            (new RankingList { Id = RankingList.IdOf("7d"), Scope = "paid-3", Window = "7d", Commit = 1, Products = [] },
                """{"id":"top-7d","scope":"paid-3","window":"7d","commit":1,"products":[]}"""),
            (new RankingPointer { Generation = 3 }, """{"id":"pointer","scope":"pointer","generation":3}"""),
            (new AuditCheckpoint { CreatedAt = Now, Feed = [], Round = new() { StartedAt = Now } },
                """
                {"id":"audit","scope":"audit","createdAt":T,"round":{"startedAt":T,"part":"accounts","after":"","open":[],
                "accounts":0,"products":0,"orders":0,"unlisted":0},"feed":[],"doubts":[]}
                """),
        ];
        Assert.All(cases, one => Assert.Equal(
            one.Json.ReplaceLineEndings("").Replace("T", "\"2026-03-01T00:00:00.0000000Z\"", StringComparison.Ordinal),
            JsonSerializer.Serialize(one.Document, one.Document.GetType(), DocumentJsonContext.Default)));
    }

    [Fact]
    public void A_document_bears_the_version_that_it_is_given_and_is_else_the_same()
    {
        AssertVersioned(new Account { UserId = "kim", Balance = 0, EntryCount = 0, UpdatedAt = Now });
        AssertVersioned(CartRules.Empty("kim", Now));
        AssertVersioned(NewProduct.Create("p", "P", 1, 0, Now, "first").Product);
        AssertVersioned(EventDelivery.Of(new("o-1.paid", OrderEvents.PaidType, "o-1", "kim", Now), Now));
        AssertVersioned(new DeliveryControl());
        AssertVersioned(new ReconciliationCheckpoint { PaidUntil = Now, CancelledUntil = Now });
        AssertVersioned(new RankingCheckpoint { Scope = "s", Commit = 0, FeedStart = Now, Ranges = [] });
        AssertVersioned(new RankingPointer { Generation = 3 });
        AssertVersioned(new AuditCheckpoint { CreatedAt = Now, Feed = [] });

        static void AssertVersioned<T>(T document)
            where T : class, IVersioned<T>
        {
            var versioned = ((IVersioned<T>)document.WithETag("e-1")).WithETag("e-2");
            Assert.Equal((null, "e-2"), (document.ETag, versioned.ETag));
            Assert.NotEqual(document, versioned);
            Assert.Equal(document, versioned.WithETag(null!));
        }
    }

    [Fact]
    public void Text_of_a_time_is_what_documents_have()
    {
        var time = Now.AddTicks(1_234_567);
        Assert.Equal("2026-03-01T00:00:00.1234567Z", UtcTimeConverter.Text(time));
        var json = JsonSerializer.Serialize(time, DocumentJsonContext.Default.DateTimeOffset);
        Assert.Equal($"\"{UtcTimeConverter.Text(time)}\"", json);
        Assert.Equal(time, JsonSerializer.Deserialize(json, DocumentJsonContext.Default.DateTimeOffset));
    }
}
