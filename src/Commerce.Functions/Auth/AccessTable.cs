using System.Collections.Frozen;

namespace Commerce.Functions.Auth;

/// <summary>
/// Who may call what: each HTTP function by its name. One that is not here is refused. <c>docs/api/openapi.yaml</c> says the same, and a
/// test compares them.
/// </summary>
internal static class AccessTable
{
    private static readonly FrozenDictionary<string, AccessRule> Rules = new Dictionary<string, AccessRule>(
        StringComparer.OrdinalIgnoreCase)
    {
#pragma warning disable format // It is a table.
        // Function                    serves                               and takes of
        ["HealthLive"] =               Public(Share.None),
        ["HealthReady"] =              Public(Share.None),
        ["GetApiDocumentYaml"] =       Public(Share.Reads),
        ["GetApiDocumentJson"] =       Public(Share.Reads),
        ["GetApiReference"] =          Public(Share.Reads),
        ["GetApiReferenceScript"] =    Public(Share.Reads),
        ["GetConsole"] =               Public(Share.Reads),
        ["GetConsoleConfig"] =         Public(Share.Reads),
        ["ShowConsoleFile"] =          Public(Share.Reads),
        ["ListProducts"] =             Public(Share.Reads),
        ["ShowProduct"] =              Public(Share.Reads),
        ["GetTopProducts"] =           Public(Share.Reads),
        ["WhateverElse"] =             Public(Share.Reads),

        ["GetBalance"] =               User(Share.Reads),
        ["ListBalanceEntries"] =       User(Share.Reads),
        ["ChargeBalance"] =            User(Share.Orders),
        ["GetCart"] =                  User(Share.Reads),
        ["AddCartItem"] =              User(Share.Reads),
        ["SetCartItem"] =              User(Share.Reads),
        ["RemoveCartItem"] =           User(Share.Reads),
        ["ClearCart"] =                User(Share.Reads),
        ["CheckoutCart"] =             User(Share.Orders),
        ["PostOrder"] =                User(Share.Orders),
        ["PostCancellation"] =         User(Share.Orders),
        ["ListOrders"] =               User(Share.Reads, or: Scopes.OrdersRead),
        ["ShowOrder"] =                User(Share.Reads, or: Scopes.OrdersRead),

        ["ListOrdersOfAll"] =          Operator(Scopes.OrdersRead),
        ["ListOrderSteps"] =           Operator(Scopes.OrdersRead),
        ["GetMetrics"] =               Operator(Scopes.OrdersRead),
        ["PutProduct"] =               Operator(Scopes.CatalogWrite),
        ["ImportProducts"] =           Operator(Scopes.CatalogWrite),
        ["AdjustStock"] =              Operator(Scopes.StockWrite),
        ["SetShards"] =                Operator(Scopes.StockWrite),
        ["ListStockMovements"] =       Operator(Scopes.StockWrite),
        ["ListDeliveries"] =           Operator(Scopes.DeliveryRead),
        ["GetDeliveryStatus"] =        Operator(Scopes.DeliveryRead),
        ["ShowDelivery"] =             Operator(Scopes.DeliveryRead),
        ["GetDeliveryEvent"] =         Operator(Scopes.DeliveryRead),
        ["PostRedelivery"] =           Operator(Scopes.DeliveryOperate),
        ["PostRedeliveries"] =         Operator(Scopes.DeliveryOperate),
        ["PauseDeliveries"] =          Operator(Scopes.DeliveryOperate),
        ["ResumeDeliveries"] =         Operator(Scopes.DeliveryOperate),
        ["GetRankingStatus"] =         Operator(Scopes.RankingRead),
        ["RebuildRanking"] =           Operator(Scopes.RankingOperate),
        ["Audit"] =                    Operator(Scopes.AuditRead),
#pragma warning restore format
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>All rows.</summary>
    public static IReadOnlyDictionary<string, AccessRule> All => Rules;

    /// <summary>What a function needs; null when nobody has said, and then nobody may call it.</summary>
    public static AccessRule? Find(string function) => Rules.GetValueOrDefault(function);

    private static AccessRule Public(Share share) => new(Need.Public, null, share);

    private static AccessRule User(Share share, string? or = null) => new(Need.User, or, share);

    private static AccessRule Operator(string scope) => new(Need.Scope, scope, Share.None);
}
