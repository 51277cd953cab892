using Commerce.Functions.Auth;
using Commerce.Functions.Http;
using Commerce.Shared;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;

namespace Commerce.Functions.Console;

/// <summary>
/// A page for buyers and operators. It holds no data and does nothing that the API does not do for whoever has the token, so it is public;
/// it loads nothing from elsewhere and talks to nobody but this app and the issuer.
/// </summary>
public sealed class ConsoleFunctions(IOptions<AuthOptions> auth, IOptions<ConsoleOptions> console)
{
    private const string Page = "index.html";

    private string ContentSecurityPolicy =>
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        + $"connect-src 'self' {new Uri(auth.Value.Issuer!).GetLeftPart(UriPartial.Authority)}; base-uri 'none'; form-action 'none'; "
            + "frame-ancestors 'none'";

    [Function("GetConsole")]
    public IResult GetPage([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "console")] HttpRequest request)
    {
        var headers = request.HttpContext.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        // The address that somebody comes back to from signing in has a code in it.
        headers["Referrer-Policy"] = "no-referrer";
        return ConsoleFiles.Find(Page)!.Answer(request);
    }

    [Function("GetConsoleConfig")]
    public IResult GetConfig([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "console/config.json")] HttpRequest request)
    {
        var (issuer, sign) = (auth.Value, console.Value);
        return Answers.Ok(
            new ConsoleConfigView(issuer.Issuer!, issuer.Audience!, issuer.UserClaim, sign.ClientId, sign.Scope, sign.OperatorScope),
            ConsoleJson.Wire.ConsoleConfigView);
    }

    [Function("ShowConsoleFile")]
    public static IResult ShowFile(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "console/{folder}/{file}")] HttpRequest request, string folder,
            string file) =>
        ConsoleFiles.Find($"{folder}/{file}")?.Answer(request) ?? Answers.Problem(Failure.NotFound("The console has no such file."));
}
