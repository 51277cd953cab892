using System.Globalization;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using Commerce.Functions.Cosmos;
using Commerce.Shared;

namespace Commerce.Functions.Http;

/// <summary>
/// Reads one request and gathers everything that is wrong with it, so that the client learns all of it at once:
/// <code>
/// var input = new RequestInput(request, userId);
/// var body = await input.JsonAsync(BalanceJson.Wire.ChargeRequest);
/// var amount = input.WholeNumber(body?.Amount, "amount", 1, Limits.ChargeAmountMax);
/// return input.Problem ?? await ChargeAsync(userId, amount);
/// </code>
/// </summary>
internal sealed class RequestInput
{
    private const string IdempotencyKeyHeader = "Idempotency-Key";

    private List<FieldError>? _errors;
    private Failure? _failure;
    private bool _bodyUnread;

    /// <summary>Begins with the ids that stand in the request's path.</summary>
    public RequestInput(HttpRequest request, string? userId = null, string? orderId = null, string? productId = null)
    {
        Request = request;
        if (userId is not null)
            UserId(userId);
        if (orderId is not null)
            OrderId(orderId);
        if (productId is not null)
            ProductId(productId);
    }

    public HttpRequest Request { get; }

    /// <summary>What is wrong so far, or null.</summary>
    public Failure? Failure => _failure ?? (_errors is null
        ? null
        : new Failure(ErrorCode.Validation, $"{_errors[0].Field}: {_errors[0].Message}") { Errors = _errors });

    /// <summary>The answer to what is wrong so far, or null: <c>return input.Problem ?? ...</c>.</summary>
    public IResult? Problem => Failure is { } failure ? Answers.Problem(failure) : null;

    /// <summary>Adds a field that is wrong.</summary>
    /// <param name="field">Its path as the client wrote it, such as <c>items[2].quantity</c>.</param>
    /// <param name="message">What is wrong, to be read after the field's name: "must be ...".</param>
    public void Refuse(string field, string message) => (_errors ??= []).Add(new(field, message));

    public void UserId(string value)
    {
        if (!Identifiers.IsUserId(value))
            Refuse("userId", Identifiers.UserIdRule);
    }

    public void ProductId(string value, string field = "productId")
    {
        if (!Identifiers.IsProductId(value))
            Refuse(field, Identifiers.ProductIdRule);
    }

    private void OrderId(string value)
    {
        if (!OperationId.IsOrder(value))
            Refuse("orderId", "must be an order's id, as it was answered when the order was placed");
    }

    /// <summary>
    /// The <c>Idempotency-Key</c>: 1 to <see cref="Limits.IdempotencyKeyLengthMax"/> printable ASCII characters; required. In quotes, as a
    /// structured field, it is the same key.
    /// </summary>
    public string IdempotencyKey()
    {
        var values = Request.Headers[IdempotencyKeyHeader];
        if (values.Count == 0 || values is [null or ""])
            _failure ??= KeyMissing;
        // Proxies make one header of two, so both get the same answer.
        else if (values is [{ } sent] && Unquote(sent) is { Length: > 0 and <= Limits.IdempotencyKeyLengthMax } key
            && !key.AsSpan().ContainsAnyExceptInRange('!', '~'))
            return key;
        else
            Refuse(IdempotencyKeyHeader, KeyRule);
        return "";
    }

    /// <summary>
    /// The string of a structured field (RFC 9651, 3.3.3); what does not begin with a quote is its own value. Null if malformed.
    /// </summary>
    private static string? Unquote(string sent)
    {
        if (sent[0] != '"')
            return sent;
        var value = new StringBuilder(sent.Length);
        for (var i = 1; i < sent.Length; i++)
        {
            if (sent[i] == '"')
                return i == sent.Length - 1 ? value.ToString() : null;
            if (sent[i] == '\\' && (++i == sent.Length || sent[i] is not ('"' or '\\')))
                return null;
            value.Append(sent[i]);
        }
        return null;
    }

    private static readonly string KeyRule = $"must be given once, as 1 to {Limits.IdempotencyKeyLengthMax} printable ASCII characters "
        + "without spaces; if in quotes, with no other characters escaped than \" and \\";

    private static Failure KeyMissing =>
        new(
            ErrorCode.IdempotencyKeyMissing,
            $"{IdempotencyKeyHeader}: send a key of your own, and the same one when you repeat the request")
        {
            Errors = [new(IdempotencyKeyHeader, "is required")],
        };

    /// <summary>The body, read strictly; null when it is not what it should be.</summary>
    public async ValueTask<T?> JsonAsync<T>(JsonTypeInfo<T> type)
        where T : class
    {
        var result = await StrictJson.ReadAsync(Request, type);
        if (result.Succeeded)
            return result.Value;
        _bodyUnread = true;
        if (result.Failure is { Code: ErrorCode.Validation, Errors: { } errors })
            (_errors ??= []).AddRange(errors);
        else
            _failure ??= result.Failure;
        return null;
    }

    /// <summary>The body, read strictly, if the request has one; null when it has none, or it is not what it should be.</summary>
    public async ValueTask<T?> OptionalJsonAsync<T>(JsonTypeInfo<T> type)
        where T : class =>
        await HasBodyAsync() ? await JsonAsync(type) : null;

    private async ValueTask<bool> HasBodyAsync()
    {
        if (Request.ContentLength is { } length)
            return length > 0;
        // Without a length only a look tells; what is seen is left to be read.
        var seen = await RequestBody.ReadAsync(Request);
        Request.BodyReader.AdvanceTo(seen.Buffer.Start);
        return !seen.Buffer.IsEmpty;
    }

    /// <summary>A whole number of the body that may be left out; null then.</summary>
    public long? OptionalWholeNumber(long? value, string field, long min, long max) =>
        value is null ? null : WholeNumber(value, field, min, max);

    /// <summary>A required whole number of the body.</summary>
    public long WholeNumber(long? value, string field, long min, long max)
    {
        if (_bodyUnread)
            return min;
        if (value is not { } number)
            Refuse(field, "is required");
        else if (number < min || number > max)
            Refuse(field, string.Create(CultureInfo.InvariantCulture, $"must be from {min} to {max}"));
        else
            return number;
        return min;
    }

    /// <summary>A required text of the body, as it is to be kept (<see cref="TextRules"/>).</summary>
    public string Text(string? value, string field, int lengthMax)
    {
        if (_bodyUnread)
            return "";
        if (value is null)
            Refuse(field, "is required");
        else if (TextRules.Check(value, lengthMax, out var kept) is { } failure)
            Refuse(field, failure);
        else
            return kept;
        return "";
    }

    /// <summary>A required product id of the body.</summary>
    public string BodyProductId(string? value, string field = "productId")
    {
        if (_bodyUnread)
            return "";
        if (value is null)
            Refuse(field, "is required");
        else
            ProductId(value, field);
        return value ?? "";
    }

    /// <summary>The page that a list's <c>limit</c> and <c>cursor</c> ask for.</summary>
    /// <param name="list">Which list: a cursor of one list is of no use in another.</param>
    public Page Page(string list)
    {
        var limit = QueryNumber("limit", 1, Limits.PageSizeMax, Limits.PageSizeDefault);
        var cursor = Request.Query["cursor"];
        string? after = null;
        if (cursor.Count > 0 && !Cursor.TryDecode(list, cursor.ToString(), out after))
            RefuseCursor();
        return new(list, limit, after);
    }

    /// <summary>A whole number of the query; <paramref name="otherwise"/> when it is not given, or not one.</summary>
    public int QueryNumber(string name, int min, int max, int otherwise = 0)
    {
        var wanted = Request.Query[name];
        if (wanted.Count == 0)
            return otherwise;
        var isNumber = int.TryParse(wanted.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        if (isNumber && number >= min && number <= max)
            return number;
        Refuse(name, string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {min} to {max}"));
        return otherwise;
    }

    /// <summary>The sequence below which a page of a ledger begins.</summary>
    public long SequenceOf(Page page)
    {
        var before = long.MaxValue;
        if (page.After is { } after && !long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out before))
            RefuseCursor();
        return before;
    }

    /// <summary>The position after which a page of a list in order of time begins; null for the first page.</summary>
    public TimePosition? TimeOf(Page page)
    {
        if (page.After is not { } after)
            return null;
        if (after.Split(' ', 2) is [var time, var id]
            && DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
            return new(at, id);
        RefuseCursor();
        return null;
    }

    private void RefuseCursor() => Refuse("cursor", "must be the nextCursor of the page before");
}
