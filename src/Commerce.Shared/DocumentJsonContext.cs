using System.Text.Json.Serialization;
using Commerce.Shared.Audit;
using Commerce.Shared.Balance;
using Commerce.Shared.Cart;
using Commerce.Shared.Catalog;
using Commerce.Shared.Delivery;
using Commerce.Shared.Json;
using Commerce.Shared.Orders;
using Commerce.Shared.Ranking;

namespace Commerce.Shared;

/// <summary>How documents are written, generated at compile time: camelCase, times by <see cref="UtcTimeConverter"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(UtcTimeConverter)])]
[JsonSerializable(typeof(Account))]
[JsonSerializable(typeof(LedgerEntry))]
[JsonSerializable(typeof(Product))]
[JsonSerializable(typeof(StockMovement))]
[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(CancellationRequest))]
[JsonSerializable(typeof(ShoppingCart))]
[JsonSerializable(typeof(EventDelivery))]
[JsonSerializable(typeof(DeliveryControl))]
[JsonSerializable(typeof(ReconciliationCheckpoint))]
[JsonSerializable(typeof(OpenBreaker))]
[JsonSerializable(typeof(RankingCheckpoint))]
[JsonSerializable(typeof(RankingList))]
[JsonSerializable(typeof(RankingPointer))]
[JsonSerializable(typeof(AuditCheckpoint))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(DateTimeOffset))]
public sealed partial class DocumentJsonContext : JsonSerializerContext;
