using LocalPlatform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;

namespace LocalPlatform.Identity;

/// <summary>
/// The routes of the local issuer under <c>/local/identity</c>: what it publishes, a token for the asking, and the sign-in page with its
/// authorization codes.
/// </summary>
/// <param name="issuer">The issuer.</param>
/// <param name="time">The clock of its codes.</param>
/// <param name="isOwn">Whether an address is one of the pages that may sign in here.</param>
internal sealed class IdentityRoutes(TokenIssuer issuer, TimeProvider time, Func<Uri, bool> isOwn)
{
    private const string CodeGrant = "authorization_code";
    // For those who ask for a token without a page.
    private const string DirectClient = "direct";

    private readonly AuthorizationCodes _codes = new(time);

    public void Map(IEndpointRouteBuilder routes)
    {
        MapOne(routes, HttpMethods.Get, "/.well-known/openid-configuration", http => http.Response.WriteAsJsonAsync(issuer.Discovery));
        MapOne(routes, HttpMethods.Get, "/jwks", http => http.Response.WriteAsJsonAsync(issuer.Keys));
        MapOne(routes, HttpMethods.Post, "/token", TokenAsync);
        MapOne(routes, HttpMethods.Get, "/authorize", ShowPageAsync);
        MapOne(routes, HttpMethods.Post, "/authorize", SignInAsync);
    }

    private void MapOne(IEndpointRouteBuilder routes, string method, string path, Func<HttpContext, Task> answer) =>
        routes.MapMethods(TokenIssuer.Path + path, [method], http =>
        {
            LetOwnPagesRead(http);
            return answer(http);
        });

    /// <summary>This machine has several names (localhost, 127.0.0.1), which a browser takes for several sites.</summary>
    private void LetOwnPagesRead(HttpContext http)
    {
        http.Response.Headers.Vary = "Origin";
        if (Uri.TryCreate(http.Request.Headers.Origin, UriKind.Absolute, out var page) && isOwn(page))
            http.Response.Headers.AccessControlAllowOrigin = http.Request.Headers.Origin;
    }

    private async Task TokenAsync(HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-store";
        if (await IdentityForm.ReadAsync(http.Request) is not { } form)
        {
            await RefuseAsync(http, "invalid_request",
                "The body must be a small form (application/x-www-form-urlencoded) with each field once.");
            return;
        }
        await (form.Text("grant_type") switch
        {
            null => AnswerDirectAsync(http, form),
            CodeGrant => AnswerCodeAsync(http, form),
            _ => RefuseAsync(http, "unsupported_grant_type", $"grant_type is {CodeGrant}, or absent for a token without a sign-in page."),
        });
    }

    private Task AnswerDirectAsync(HttpContext http, IdentityForm form) =>
        !TokenIssuer.IsSubject(form.Text("sub")) ? RefuseAsync(http, "invalid_request", "sub must say who the token is for.")
        : !TokenIssuer.IsScope(form.Text("scope") ?? "")
            ? RefuseAsync(http, "invalid_scope", "scope must be words parted by single spaces.")
        : AnswerAsync(http, form.Text("sub")!, form.Text("scope") ?? "", DirectClient);

    private Task AnswerCodeAsync(HttpContext http, IdentityForm form)
    {
        foreach (var name in (string[])["code", "client_id", "redirect_uri", "code_verifier"])
        {
            if (string.IsNullOrEmpty(form.Text(name)))
                return RefuseAsync(http, "invalid_request", $"{name} is missing.");
        }
        var client = form.Text("client_id")!;
        return _codes.Take(form.Text("code")!, client, form.Text("redirect_uri")!, form.Text("code_verifier")!) is var (subject, scope)
            ? AnswerAsync(http, subject, scope, client)
            : RefuseAsync(http, "invalid_grant", "The code is none, was used, is too old, or is not for this client.");
    }

    private Task AnswerAsync(HttpContext http, string subject, string scope, string client) => http.Response.WriteAsJsonAsync(new
    {
        access_token = issuer.Issue(subject, scope, client),
        token_type = "Bearer",
        expires_in = TokenIssuer.LifetimeSeconds,
        scope,
    });

    private static Task RefuseAsync(HttpContext http, string error, string description)
    {
        http.Response.StatusCode = StatusCodes.Status400BadRequest;
        return http.Response.WriteAsJsonAsync(new { error, error_description = description });
    }

    private Task ShowPageAsync(HttpContext http)
    {
        var form = IdentityForm.Of(http.Request.Query);
        if (Read(form, out var request) is { } problem)
            return OperatorHttp.RefuseAsync(http, StatusCodes.Status400BadRequest, problem);
        http.Response.Headers.ContentSecurityPolicy = SignInPage.Policy(new Uri(request!.RedirectUri));
        http.Response.Headers.CacheControl = "no-store";
        // With no referrer at all a browser would not say either that the form is of this very page, and the form be refused.
        http.Response.Headers["Referrer-Policy"] = "same-origin";
        http.Response.ContentType = "text/html; charset=utf-8";
        var hidden = ((string[])["response_type", "client_id", "redirect_uri", "state", "code_challenge", "code_challenge_method"])
            .Where(name => form!.Text(name) is not null)
            .Select(name => (name, form!.Text(name)!));
        return http.Response.WriteAsync(SignInPage.Html(hidden, form!.Text("scope") ?? ""));
    }

    private async Task SignInAsync(HttpContext http)
    {
        var form = await IdentityForm.ReadAsync(http.Request);
        var problem = Read(form, out var request)
            ?? (TokenIssuer.IsSubject(form!.Text("sub")) ? null : "sub must say who signs in.")
            ?? (TokenIssuer.IsScope(form!.Text("scope") ?? "") ? null : "scope must be words parted by single spaces.");
        var code = problem is null ? _codes.Add(request!, form!.Text("sub")!, form.Text("scope") ?? "") : null;
        if (code is null)
        {
            await OperatorHttp.RefuseAsync(http, StatusCodes.Status400BadRequest, problem ?? "Too many sign-ins are under way.");
            return;
        }
        var answer = new Dictionary<string, string?> { ["code"] = code, ["state"] = form!.Text("state"), ["iss"] = issuer.Address };
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.Location = QueryHelpers.AddQueryString(request!.RedirectUri, answer);
    }

    /// <summary>What is wrong with a request to sign in; null when nothing is.</summary>
    private string? Read(IdentityForm? form, out SignInRequest? request)
    {
        request = null;
        if (form is null)
            return "Each parameter may come once.";
        if (form.Text("response_type") != "code")
            return "response_type must be code.";
        if (form.Text("client_id") is not { Length: > 0 } client)
            return "client_id must say which page asks.";
        if (!Uri.TryCreate(form.Text("redirect_uri"), UriKind.Absolute, out var back) || back.Scheme is not ("http" or "https")
            || back.Fragment.Length > 0 || back.UserInfo.Length > 0 || !isOwn(back))
            return "redirect_uri must be a page of this host.";
        if (form.Text("code_challenge") is not { Length: 43 } challenge || form.Text("code_challenge_method") != "S256")
            return "code_challenge must be a SHA-256 in base64url, and code_challenge_method S256.";
        request = new(client, form.Text("redirect_uri")!, challenge);
        return null;
    }
}
