using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace Commerce.Functions.Auth;

/// <summary>
/// Stands before every HTTP function and lets through whom <see cref="AccessTable"/> lets through. It decides by the token and the route
/// alone: whatever is refused here has read nothing, and tells nothing of what there is.
/// </summary>
internal sealed class AuthMiddleware(TokenVerifier verifier, FairShares shares) : IFunctionsWorkerMiddleware
{
    private const string HttpTrigger = "httpTrigger";
    private const string UserIdParameter = "userId";

    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is { } http)
        {
            if (await RefusalAsync(context, http) is { } refusal)
            {
                await refusal.ExecuteAsync(http);
                return;
            }
        }
        else if (context.FunctionDefinition.InputBindings.Values.Any(static binding => binding.Type == HttpTrigger))
        {
            throw new InvalidOperationException(
                $"{context.FunctionDefinition.Name} was called without its request, so nobody can tell by whom.");
        }
        await next(context);
    }

    /// <summary>Null when the call may go on.</summary>
    private async ValueTask<IResult?> RefusalAsync(FunctionContext context, HttpContext http)
    {
        if (AccessTable.Find(context.FunctionDefinition.Name) is not { } rule)
            return AuthAnswers.Nobodys();
        if (rule is { Need: Need.Public, Share: Share.None })
            return null;
        var (caller, refuse) = await IdentifyAsync(http);
        // What is public asks nobody for a token, and refuses none: a good one gets its sender a share of their own, no more.
        if (caller is null && rule.Need != Need.Public)
            return refuse();
        // The function takes its parameter from here, too. Where the route has no user, a query may still name one, who is nobody.
        var userId = rule.Need == Need.User ? context.BindingContext.BindingData.GetValueOrDefault(UserIdParameter)?.ToString() : null;
        if (caller is not null && rule.MissingScope(caller, userId) is { } scope)
            return AuthAnswers.ScopeMissing(scope);
        return shares.Take(rule.Share, caller, userId, http) is { } usedUp ? AuthAnswers.TooMany(usedUp) : null;
    }

    /// <summary>Who calls, or how to refuse who does not say so properly.</summary>
    private async ValueTask<(Caller? Caller, Func<IResult> Refuse)> IdentifyAsync(HttpContext http)
    {
        var isReadable = BearerToken.TryRead(http.Request, out var sent);
        if (isReadable && sent.IsEmpty)
            return (null, AuthAnswers.TokenMissing);
        if (isReadable && await verifier.RecallAsync(TokenHash.Of(sent), http.RequestAborted) is { } known)
            return (known, AuthAnswers.TokenRefused);
        if (shares.LookAtSignIns(http) is { } usedUp)
            return (null, () => AuthAnswers.TooMany(usedUp));
        var verification = await VerifyAsync(http);
        if (verification.IsUnavailable)
            return (null, AuthAnswers.IssuerUnavailable);
        if (verification.Caller is null)
            shares.CountFailedSignIn(http);
        return (verification.Caller, AuthAnswers.TokenRefused);
    }

    private ValueTask<Verification> VerifyAsync(HttpContext http) => BearerToken.TryRead(http.Request, out var token)
        ? verifier.VerifyAsync(token.ToString(), http.RequestAborted)
        : new(Verification.Refused);
}
