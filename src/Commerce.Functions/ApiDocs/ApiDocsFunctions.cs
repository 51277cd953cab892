using Commerce.Functions.Http;
using Microsoft.Azure.Functions.Worker;
using Scalar.AspNetCore;

namespace Commerce.Functions.ApiDocs;

/// <summary>
/// The API document and a page to read it. They describe the interface and hold no data, so they need neither key nor token: a browser
/// could not send one. The viewer (Scalar, from its package) is served from here; the page may load nothing from anywhere else.
/// </summary>
public sealed class ApiDocsFunctions(ServedApiDocument document)
{
    // Scalar styles its elements inline; scripts, however, come from here alone.
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly Lazy<StaticContent> Page = new(() =>
        StaticContent.Plain(StaticContent.Read(typeof(ApiDocsFunctions).Assembly, "api-docs.html"), "text/html; charset=utf-8"));
    private static readonly Lazy<StaticContent> Script = new(() =>
        StaticContent.FromGzip(
            StaticContent.Read(typeof(ScalarOptions).Assembly, "ScalarStaticAssets.scalar.js"), "text/javascript; charset=utf-8"));

    [Function("GetApiDocumentYaml")]
    public IResult GetYaml([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "openapi.yaml")] HttpRequest request) =>
        document.Yaml.Answer(request);

    [Function("GetApiDocumentJson")]
    public IResult GetJson([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "openapi.json")] HttpRequest request) =>
        document.Json.Answer(request);

    [Function("GetApiReference")]
    public static IResult GetReference([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "docs")] HttpRequest request)
    {
        request.HttpContext.Response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
        return Page.Value.Answer(request);
    }

    [Function("GetApiReferenceScript")]
    public static IResult GetReferenceScript(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "docs/scalar.js")] HttpRequest request) =>
        Script.Value.Answer(request);
}
