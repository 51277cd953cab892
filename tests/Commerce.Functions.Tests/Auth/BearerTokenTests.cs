using Commerce.Functions.Auth;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Commerce.Functions.Tests.Auth;

/// <summary>Where a token is looked for.</summary>
public sealed class BearerTokenTests
{
    [Theory]
    [InlineData("Bearer a.b.c", "a.b.c")]
    [InlineData("bearer  a.b.c ", "a.b.c")]
    [InlineData("Basic a2ltOnNlY3JldA==", null)]
    [InlineData("BearerX a.b.c", null)]
    public void A_token_comes_with_the_scheme_bearer(string header, string? expected)
    {
        Assert.True(BearerToken.TryRead(With(header), out var token));
        Assert.Equal(expected ?? "", token);
    }

    [Fact]
    public void Without_the_header_there_is_none()
    {
        Assert.True(BearerToken.TryRead(new DefaultHttpContext().Request, out var token));
        Assert.True(token.IsEmpty);
    }

    [Fact]
    public void What_can_be_no_token_is_told_from_nothing()
    {
        Assert.False(BearerToken.TryRead(With("Bearer"), out _));
        Assert.False(BearerToken.TryRead(With("Bearer "), out _));
        Assert.False(BearerToken.TryRead(With("Bearer " + new string('x', BearerToken.LengthMax + 1)), out _));
        Assert.False(BearerToken.TryRead(With("Bearer a.b.c", "Bearer a.b.c"), out _));
        Assert.False(BearerToken.TryRead(With("Basic x", "Bearer a.b.c"), out _));
    }

    [Fact]
    public void The_longest_token_is_read()
    {
        Assert.True(BearerToken.TryRead(With("Bearer " + new string('x', BearerToken.LengthMax)), out var token));
        Assert.Equal(BearerToken.LengthMax, token.Length);
    }

    [Fact]
    public void Tokens_are_told_apart_by_their_hashes()
    {
        Assert.Equal(TokenHash.Of("a.b.c"), TokenHash.Of("a.b.c"));
        Assert.NotEqual(TokenHash.Of(new string('x', 600)), TokenHash.Of(new string('x', 601)));
    }

    private static HttpRequest With(params string[] headers)
    {
        var request = new DefaultHttpContext().Request;
        request.Headers.Authorization = new StringValues(headers);
        return request;
    }
}
