namespace Faults;

/// <summary>What can go wrong on the way to Cosmos DB and back.</summary>
public enum CosmosFault
{
    None,

    /// <summary>429 with <c>x-ms-retry-after-ms</c>; not carried out.</summary>
    Throttled,

    /// <summary>408; not carried out.</summary>
    TimeoutBefore,

    /// <summary>408 although it was carried out.</summary>
    TimeoutAfter,

    /// <summary>503; not carried out.</summary>
    UnavailableBefore,

    /// <summary>503 although it was carried out.</summary>
    UnavailableAfter,

    /// <summary>The connection breaks before the request arrives.</summary>
    ResetBefore,

    /// <summary>The connection breaks after the request was carried out, before the answer arrives.</summary>
    ResetAfter,

    /// <summary>Another writer changes the head document first, so that the ETag no longer matches: 412.</summary>
    Overtaken,

    /// <summary>404 with sub-status 1002: the replica has not got as far as the reader's session; not carried out.</summary>
    SessionNotAvailable,

    /// <summary>449: another write is under way at the same moment; not carried out.</summary>
    RetryWith,

    /// <summary>It takes its time.</summary>
    Slow,
}
