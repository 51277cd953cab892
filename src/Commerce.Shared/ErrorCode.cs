using System.Text.Json;
using System.Text.Json.Serialization;

namespace Commerce.Shared;

/// <summary>
/// Everything the shop can refuse, as data. How each looks over HTTP is one table in the function app (<c>Http/ProblemTable</c>).
/// </summary>
[JsonConverter(typeof(ErrorCodeConverter))]
public enum ErrorCode
{
    Validation,

    /// <summary>Nobody says who calls, or not so that it can be believed.</summary>
    Unauthenticated,

    /// <summary>Who calls is known, and may not do this.</summary>
    Forbidden,
    NotFound,
    MethodNotAllowed,
    RequestTimeout,
    UnsupportedMediaType,
    PayloadTooLarge,
    IdempotencyKeyMissing,
    IdempotencyKeyReused,
    PreconditionFailed,
    InsufficientStock,
    InsufficientBalance,
    BalanceLimitExceeded,
    StockLimitExceeded,
    OrderNotCancellable,

    /// <summary>An order would cost something else than its buyer agreed to.</summary>
    PriceChanged,
    CartEmpty,
    CartFull,

    /// <summary>Somebody takes more than a fair share.</summary>
    TooManyRequests,
    Busy,

    /// <summary>The application cannot serve yet, or no longer: its store does not answer.</summary>
    NotReady,

    /// <summary>A bug or a broken dependency. Nothing of its inside is told.</summary>
    InternalError,
}

/// <summary>Codes are written as the slug that problem types end in: <c>insufficient-stock</c>.</summary>
public sealed class ErrorCodeConverter() : JsonStringEnumConverter<ErrorCode>(JsonNamingPolicy.KebabCaseLower);
