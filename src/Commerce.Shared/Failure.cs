using System.Diagnostics.CodeAnalysis;

namespace Commerce.Shared;

/// <summary>
/// A business refusal: a value, never an exception. It crosses orchestrations as JSON and ends as a problem document.
/// </summary>
/// <param name="Code">What was refused.</param>
/// <param name="Detail">One sentence a person can act on.</param>
public sealed record Failure(ErrorCode Code, string Detail)
{
    /// <summary>
    /// The answer to a command that was made for documents which have changed since: it was not carried out, and may be made anew.
    /// </summary>
    public static readonly Failure Superseded = new(ErrorCode.Busy, "What this was meant for has changed in the meantime. Try again.");

    /// <summary>The answer to a key that stands for another request.</summary>
    public static readonly Failure KeyReused = new(
        ErrorCode.IdempotencyKeyReused, "The Idempotency-Key was used before for a different request.");

    /// <summary>The fields that were wrong and why.</summary>
    public IReadOnlyList<FieldError>? Errors { get; init; }

    /// <summary>The product concerned, for refusals about stock.</summary>
    public string? ProductId { get; init; }

    /// <summary>What was asked for, in pieces or won, where numbers explain the refusal.</summary>
    public long? Requested { get; init; }

    /// <summary>What there was, in pieces or won, where numbers explain the refusal.</summary>
    public long? Available { get; init; }

    /// <summary>Won that the buyer agreed to, for <see cref="ErrorCode.PriceChanged"/>.</summary>
    public long? ExpectedTotalAmount { get; init; }

    /// <summary>Won that it would cost, for <see cref="ErrorCode.PriceChanged"/>.</summary>
    public long? TotalAmount { get; init; }

    /// <summary>The order that was refused.</summary>
    public string? OrderId { get; init; }

    public static Failure Validation(string field, string message) => OfField(ErrorCode.Validation, field, message);

    /// <summary>A refusal for what one field, header or body is.</summary>
    /// <param name="code">What is refused.</param>
    /// <param name="field">Its path as the client wrote it, a header's name, or <c>body</c>.</param>
    /// <param name="message">What is wrong, to be read after the field's name.</param>
    public static Failure OfField(ErrorCode code, string field, string message) =>
        new(code, $"{field}: {message}") { Errors = [new(field, message)] };

    public static Failure NotFound(string detail) => new(ErrorCode.NotFound, detail);

    public static Failure InsufficientStock(string productId, long requested, long available) =>
        new(ErrorCode.InsufficientStock, $"Product '{productId}' has {available} left; {requested} were requested.")
        {
            ProductId = productId,
            Requested = requested,
            Available = available,
        };

    public static Failure InsufficientBalance(long requested, long available) =>
        new(ErrorCode.InsufficientBalance, $"The balance is {available} won; {requested} won are needed.")
        {
            Requested = requested,
            Available = available,
        };

    public static Failure PriceChanged(long expectedTotalAmount, long totalAmount) =>
        new(ErrorCode.PriceChanged, $"The order costs {totalAmount} won now, not the {expectedTotalAmount} won that were agreed to.")
        {
            ExpectedTotalAmount = expectedTotalAmount,
            // Prices may rise beyond what an order can cost.
            TotalAmount = Math.Min(totalAmount, Limits.MoneyMax),
        };
}

/// <param name="Field">Path of the field as the client wrote it, such as <c>items[2].quantity</c>.</param>
/// <param name="Message">What is wrong with it.</param>
public sealed record FieldError(string Field, string Message);

/// <summary>A value, or the reason why there is none.</summary>
public readonly record struct Result<T>
{
    private Result(T? value, Failure? failure) => (Value, Failure) = (value, failure);

    public T? Value { get; }

    public Failure? Failure { get; }

    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Failure))]
    public bool Succeeded => Failure is null;

#pragma warning disable CA2225 // The named alternatives would only repeat the constructor.
    public static implicit operator Result<T>(T value) => new(value, null);

    public static implicit operator Result<T>(Failure failure) => new(default, failure);
#pragma warning restore CA2225
}
