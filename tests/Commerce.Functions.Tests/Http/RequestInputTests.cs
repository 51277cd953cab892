using Commerce.Functions.Http;
using Commerce.Shared;
using CsCheck;
using Microsoft.AspNetCore.Http;

namespace Commerce.Functions.Tests.Http;

public sealed class RequestInputTests
{
    private static RequestInput Input(string query = "", params (string Name, string Value)[] headers)
    {
        var request = Requests.With(headers: headers);
        request.QueryString = new QueryString(query);
        return new RequestInput(request);
    }

    [Fact]
    public void A_request_without_key_is_told_to_send_one()
    {
        var input = Input();
        input.IdempotencyKey();
        Assert.Equal(ErrorCode.IdempotencyKeyMissing, input.Failure?.Code);
        Assert.Equal("Idempotency-Key: is required", Requests.First(input.Failure));
    }

    [Theory]
    [InlineData("a", "a")]
    [InlineData("8e03978e-40d5-43e8-bc93-6894a57f9324", "8e03978e-40d5-43e8-bc93-6894a57f9324")]
    [InlineData("\"quoted\"", "quoted")]
    [InlineData("\"a\\\"b\\\\c\"", "a\"b\\c")]
    [InlineData("a\"b", "a\"b")]
    [InlineData("two words", null)]
    [InlineData("\"two words\"", null)]
    [InlineData("\"\"", null)]
    [InlineData("\"", null)]
    [InlineData("\"open", null)]
    [InlineData("\"a\";p=1", null)]
    [InlineData("\"a\\x\"", null)]
    [InlineData("\"a\\", null)]
    [InlineData("é", null)]
    [InlineData("a\tb", null)]
    public void A_key_is_printable_ASCII_without_spaces_in_quotes_or_without(string sent, string? key)
    {
        var input = Input(headers: ("Idempotency-Key", sent));
        Assert.Equal(key ?? "", input.IdempotencyKey());
        Assert.Equal(key is not null, input.Failure is null);
    }

    [Fact]
    public void A_key_has_at_most_128_characters_and_comes_once()
    {
        var input = Input(headers: ("Idempotency-Key", new string('k', Limits.IdempotencyKeyLengthMax + 1)));
        input.IdempotencyKey();
        Assert.Equal(ErrorCode.Validation, input.Failure?.Code);
        var twice = Input(headers: [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]);
        twice.IdempotencyKey();
        Assert.StartsWith("Idempotency-Key: must be given once, as 1 to 128 ", Requests.First(twice.Failure), StringComparison.Ordinal);
        var joined = Input(headers: ("Idempotency-Key", "a, b"));
        joined.IdempotencyKey();
        Assert.Equal(Requests.First(twice.Failure), Requests.First(joined.Failure));
    }

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once()
    {
        var input = Input("?limit=0&cursor=x");
        input.UserId("..");
        input.WholeNumber(-1, "amount", 1, 10);
        input.Page("products");
        Assert.Equal(["userId", "amount", "limit", "cursor"], input.Failure!.Errors!.Select(error => error.Field));
    }

    [Theory]
    [InlineData("", 20, true)]
    [InlineData("?limit=1", 1, true)]
    [InlineData("?limit=100", 100, true)]
    [InlineData("?limit=0", 0, false)]
    [InlineData("?limit=101", 0, false)]
    [InlineData("?limit=-1", 0, false)]
    [InlineData("?limit=1.5", 0, false)]
    [InlineData("?limit=", 0, false)]
    [InlineData("?limit=abc", 0, false)]
    [InlineData("?limit=5&limit=6", 0, false)]
    [InlineData("?limit=99999999999999999999", 0, false)]
    public void A_limit_is_a_whole_number_up_to_100(string query, int limit, bool accepted)
    {
        var input = Input(query);
        var page = input.Page("products");
        Assert.Equal(accepted, input.Failure is null);
        if (accepted)
            Assert.Equal((limit, null), (page.Limit, page.After));
    }

    [Fact]
    public void A_cursor_leads_back_to_its_position_in_its_own_list_only() => Gen.String.Where(text => text.Length < 60).Sample(position =>
    {
        // Lone surrogates cannot be written as UTF-8; positions never have them.
        if (position.Any(char.IsSurrogate))
            return;
        var cursor = Cursor.Encode("products", position);
        Assert.DoesNotContain(cursor, character => !char.IsAsciiLetterOrDigit(character) && character is not '-' and not '_');
        Assert.True(Cursor.TryDecode("products", cursor, out var back));
        Assert.Equal(position, back);
        Assert.False(Cursor.TryDecode("entries", cursor, out _));
    });

    [Fact]
    public void Text_that_is_no_cursor_is_refused() => Gen.String.Sample(text => Assert.False(Cursor.TryDecode("products", text, out _)));

    [Theory]
    [InlineData(new string[0], false, null, null)]
    [InlineData(new[] { "respond-async" }, true, null, null)]
    [InlineData(new[] { "Respond-Async, wait=5" }, true, 5, null)]
    [InlineData(new[] { "wait=3", "return=minimal" }, false, 3, "Minimal")]
    [InlineData(new[] { "wait=\"3\"; x=y, Return=\"representation\", return=minimal" }, false, 3, "Representation")]
    [InlineData(new[] { "wait=-3, wait=x, ,,", "return=, return=all" }, false, null, null)]
    public void Preferences_are_honoured_as_far_as_they_are_known(string[] headers, bool respondAsync, int? waitSeconds, string? returned)
    {
        var request = Requests.With(headers: [.. headers.Select(header => ("Prefer", header))]);
        var preference = Preference.Of(request);
        Assert.Equal((respondAsync, waitSeconds, returned),
            (preference.RespondAsync, (int?)preference.Wait?.TotalSeconds, preference.Return?.ToString()));
    }
}
