namespace Commerce.Functions.Auth;

/// <summary>Who calls, as a verified token says.</summary>
/// <param name="Subject">The user, or the client that acts by itself; a valid user id.</param>
/// <param name="Scopes">What the token is good for besides.</param>
internal sealed record Caller(string Subject, IReadOnlyCollection<string> Scopes)
{
    public bool Is(string? userId) => string.Equals(Subject, userId, StringComparison.Ordinal);

    public bool Has(string? scope) => scope is not null && Scopes.Contains(scope);
}
