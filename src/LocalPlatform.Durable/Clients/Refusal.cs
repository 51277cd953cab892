namespace LocalPlatform.Durable.Clients;

/// <summary>Why the engine does not do what a client asks for.</summary>
internal enum RefusalReason
{
    /// <summary>The request can never be granted.</summary>
    Invalid,

    /// <summary>There is no such instance.</summary>
    NotFound,

    /// <summary>The instance is in a state that does not allow it.</summary>
    WrongState,

    /// <summary>An instance of that id is there, and is not to be replaced.</summary>
    Exists,
}

/// <inheritdoc cref="RefusalReason"/>
internal sealed record Refusal(RefusalReason Reason, string Message);
