namespace Commerce.Load.Http;

/// <summary>One request, its body already serialised.</summary>
/// <param name="Operation">Index of the operation it is measured as.</param>
/// <param name="NeedsKey">Whether an Idempotency-Key goes with it.</param>
/// <param name="ForOperator">Whether an operator calls.</param>
/// <param name="UserId">Who calls, where the path does not say so.</param>
internal readonly record struct ShopRequest(
    HttpMethod Method, Uri Uri, byte[]? Body = null, int Operation = 0, bool NeedsKey = false, bool ForOperator = false,
        string ContentType = "application/json",
    string? UserId = null);

/// <summary>What came back. The body lies in the buffer of the <see cref="Exchange"/> and is valid until its next request.</summary>
internal readonly record struct Answer(int Status, ReadOnlyMemory<byte> Body, TimeSpan? RetryAfter)
{
    public bool IsSuccess => Status is >= 200 and < 300;
}
