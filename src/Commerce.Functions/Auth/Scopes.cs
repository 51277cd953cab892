namespace Commerce.Functions.Auth;

/// <summary>What a token may be good for besides its own user's affairs.</summary>
internal static class Scopes
{
    /// <summary>To act for any user: a kiosk, a call centre.</summary>
    public const string UsersAct = "users.act";

    public const string CatalogWrite = "catalog.write";
    public const string StockWrite = "stock.write";

    /// <summary>To read the orders of any user.</summary>
    public const string OrdersRead = "orders.read";

    public const string DeliveryRead = "delivery.read";
    public const string DeliveryOperate = "delivery.operate";
    public const string RankingRead = "ranking.read";
    public const string RankingOperate = "ranking.operate";
    public const string AuditRead = "audit.read";
}
