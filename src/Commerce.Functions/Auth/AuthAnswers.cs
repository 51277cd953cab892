using Commerce.Functions.Http;
using Commerce.Shared;

namespace Commerce.Functions.Auth;

/// <summary>How a call is refused that is not the caller's to make: as problems, with the challenges of RFC 6750.</summary>
internal static class AuthAnswers
{
    private const string Challenge = "WWW-Authenticate";

    /// <summary>401: no token came.</summary>
    public static IResult TokenMissing() => Answers.Problem(
        new Failure(ErrorCode.Unauthenticated, "Send an access token: Authorization: Bearer ..."), (Challenge, "Bearer"));

    /// <summary>401: the token is not one of the issuer's for this shop, or no longer or not yet. Which of these is not told.</summary>
    public static IResult TokenRefused() => Answers.Problem(
        new Failure(ErrorCode.Unauthenticated, "The access token is not valid here, or no longer. Get another one."),
        (Challenge, "Bearer error=\"invalid_token\", error_description=\"The access token is not valid here, or no longer.\""));

    /// <summary>503: tokens cannot be verified, which is not the token's fault.</summary>
    public static IResult IssuerUnavailable() => Answers.Problem(
        new Failure(ErrorCode.NotReady, "Access tokens cannot be verified right now: their issuer does not answer."),
        ("Retry-After", $"{IssuerKeys.PauseAfterFailure.TotalSeconds:0}"));

    /// <summary>403: the token would have to be good for more.</summary>
    public static IResult ScopeMissing(string scope) => Answers.Problem(
        new Failure(ErrorCode.Forbidden, scope == Scopes.UsersAct
            ? $"The access token is another user's, and lacks the scope '{scope}'."
            : $"The access token lacks the scope '{scope}'."),
        (Challenge, $"Bearer error=\"insufficient_scope\", scope=\"{scope}\""));

    /// <summary>403: nobody has said who may do this, so nobody may.</summary>
    public static IResult Nobodys() => Answers.Problem(new Failure(ErrorCode.Forbidden, "This is for nobody."));

    /// <summary>429: the share is used up.</summary>
    public static IResult TooMany(UsedUp usedUp) => Answers.Problem(
        new Failure(ErrorCode.TooManyRequests, $"More than {usedUp.Quota} a minute. Come back in {usedUp.RetryAfterSeconds} s."),
        ("Retry-After", $"{usedUp.RetryAfterSeconds}"),
        ("RateLimit-Policy", $"\"{usedUp.Policy}\";q={usedUp.Quota};w=60"),
        ("RateLimit", $"\"{usedUp.Policy}\";r=0;t={usedUp.RetryAfterSeconds}"));
}
