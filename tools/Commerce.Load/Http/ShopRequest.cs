namespace Commerce.Load.Http;

/// <summary>One request, its body already serialised.</summary>
/// <param name="Operation">Index of the operation it is measured as.</param>
/// <param name="NeedsKey">Whether an Idempotency-Key goes with it.</param>
/// <param name="ForOperator">Whether it carries the operator's function key instead of the client's.</param>
internal readonly record struct ShopRequest(
    HttpMethod Method, Uri Uri, byte[]? Body = null, int Operation = 0, bool NeedsKey = false, bool ForOperator = false, string ContentType = "application/json");

/// <summary>What came back. The body lies in the buffer of the <see cref="Exchange"/> and is valid until its next request.</summary>
internal readonly record struct Answer(int Status, ReadOnlyMemory<byte> Body, TimeSpan? RetryAfter)
{
    public bool IsSuccess => Status is >= 200 and < 300;
}
