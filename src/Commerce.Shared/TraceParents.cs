using System.Diagnostics;

namespace Commerce.Shared;

/// <summary>Trace parents as W3C Trace Context has them.</summary>
public static class TraceParents
{
    /// <summary>The trace parent that a text is; null for anything else, since a client may send what it likes.</summary>
    public static string? WellFormed(string? text) => ActivityContext.TryParse(text, null, out _) ? text : null;
}
