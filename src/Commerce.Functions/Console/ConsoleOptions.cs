namespace Commerce.Functions.Console;

/// <summary>Settings <c>Console:...</c>: how the console signs people in, with the issuer of <c>Auth:Issuer</c>.</summary>
public sealed record ConsoleOptions
{
    public const string Section = "Console";

    /// <summary>As what the issuer knows the console: a public client (no secret) that may come back to <c>/api/console</c>.</summary>
    public string ClientId { get; init; } = "commerce-console";

    /// <summary>What the console asks for when a buyer signs in, in the issuer's words.</summary>
    public string Scope { get; init; } = "openid";

    /// <summary>What it asks for when an operator does.</summary>
    public string OperatorScope { get; init; } =
        "openid orders.read catalog.write stock.write delivery.read delivery.operate ranking.read ranking.operate audit.read";
}
