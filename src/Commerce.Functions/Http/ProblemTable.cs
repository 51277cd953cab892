using System.Collections.Frozen;
using System.Text.Json;
using Commerce.Shared;

namespace Commerce.Functions.Http;

/// <summary>How each refusal looks over HTTP: the one table from <see cref="ErrorCode"/> to status and title.</summary>
internal static class ProblemTable
{
    /// <summary>Problem types are these followed by the code's slug. They identify and need not resolve (RFC 9457, 3.1.1).</summary>
    public const string TypePrefix = "https://commerce.example/problems/";

    private static readonly FrozenDictionary<ErrorCode, ProblemKind> Kinds = new ProblemKind[]
    {
        new(ErrorCode.Validation, StatusCodes.Status400BadRequest, "The request is not valid."),
        new(ErrorCode.Unauthenticated, StatusCodes.Status401Unauthorized, "An access token is needed."),
        new(ErrorCode.Forbidden, StatusCodes.Status403Forbidden, "This is not allowed with this access token."),
        new(ErrorCode.NotFound, StatusCodes.Status404NotFound, "Not found."),
        new(ErrorCode.MethodNotAllowed, StatusCodes.Status405MethodNotAllowed, "The method is not allowed here."),
        new(ErrorCode.RequestTimeout, StatusCodes.Status408RequestTimeout, "The body did not come."),
        new(ErrorCode.UnsupportedMediaType, StatusCodes.Status415UnsupportedMediaType, "The content type is not supported."),
        new(ErrorCode.PayloadTooLarge, StatusCodes.Status413PayloadTooLarge, "The body is too large."),
        new(ErrorCode.IdempotencyKeyMissing, StatusCodes.Status400BadRequest, "An Idempotency-Key is needed."),
        new(ErrorCode.IdempotencyKeyReused, StatusCodes.Status422UnprocessableEntity, "The Idempotency-Key stands for another request."),
        new(ErrorCode.PreconditionFailed, StatusCodes.Status412PreconditionFailed, "It has changed in the meantime."),
        new(ErrorCode.InsufficientStock, StatusCodes.Status409Conflict, "There is not enough stock."),
        new(ErrorCode.InsufficientBalance, StatusCodes.Status409Conflict, "The balance is too low."),
        new(ErrorCode.BalanceLimitExceeded, StatusCodes.Status409Conflict, "The balance would become too large."),
        new(ErrorCode.StockLimitExceeded, StatusCodes.Status409Conflict, "The stock would become too large."),
        new(ErrorCode.PriceChanged, StatusCodes.Status409Conflict, "The price has changed."),
        new(ErrorCode.OrderNotCancellable, StatusCodes.Status409Conflict, "The order cannot be cancelled."),
        new(ErrorCode.CartEmpty, StatusCodes.Status409Conflict, "The cart is empty."),
        new(ErrorCode.CartFull, StatusCodes.Status409Conflict, "The cart is full."),
        new(ErrorCode.TooManyRequests, StatusCodes.Status429TooManyRequests, "Too many requests."),
        new(ErrorCode.Busy, StatusCodes.Status503ServiceUnavailable, "Too busy right now."),
        new(ErrorCode.NotReady, StatusCodes.Status503ServiceUnavailable, "Not ready."),
        new(ErrorCode.InternalError, StatusCodes.Status500InternalServerError, "Internal error."),
    }.ToFrozenDictionary(static kind => kind.Code);

    public static ProblemKind Of(ErrorCode code) => Kinds[code];
}

internal sealed record ProblemKind(ErrorCode Code, int Status, string Title)
{
    /// <summary>The stable slug that clients tell problems apart by.</summary>
    public string Type { get; } = ProblemTable.TypePrefix + JsonNamingPolicy.KebabCaseLower.ConvertName(Code.ToString());
}
