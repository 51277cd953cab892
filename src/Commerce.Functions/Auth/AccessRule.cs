namespace Commerce.Functions.Auth;

/// <summary>Whom a function serves.</summary>
internal enum Need
{
    /// <summary>Anybody, signed in or not.</summary>
    Public,

    /// <summary>The user of the route, and who may act for any.</summary>
    User,

    /// <summary>Who has a scope.</summary>
    Scope,
}

/// <summary>Of which share of the capacity a call takes.</summary>
internal enum Share
{
    /// <summary>None: the call costs next to nothing, or is an operator's.</summary>
    None,

    /// <summary>What moves money or stock.</summary>
    Orders,

    /// <summary>What reads, and what changes a cart.</summary>
    Reads,
}

/// <summary>What one HTTP function needs.</summary>
/// <param name="Need">Whom it serves.</param>
/// <param name="Scope">The scope that is needed, or that is as good as to be the user.</param>
/// <param name="Share">What a call takes of.</param>
internal sealed record AccessRule(Need Need, string? Scope, Share Share)
{
    /// <summary>
    /// The scope that a caller would need to be served and has not; null when the call is theirs. Nothing is read to decide it, so a
    /// refusal says nothing of what exists.
    /// </summary>
    /// <param name="caller">Who calls.</param>
    /// <param name="userId">The user of the route; null where the route has none.</param>
    public string? MissingScope(Caller caller, string? userId) => Need switch
    {
        Need.Public => null,
        Need.User => caller.Is(userId) || caller.Has(Scopes.UsersAct) || caller.Has(Scope) ? null : Scopes.UsersAct,
        _ => caller.Has(Scope) ? null : Scope,
    };
}
