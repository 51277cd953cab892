using Commerce.Shared;
using Microsoft.Azure.Functions.Worker;

namespace Commerce.Functions.Http;

/// <summary>
/// Answers what no other function does: <c>OPTIONS</c>; 404, or 405 when only the method is wrong, as problems like any other.
/// </summary>
public static class FallbackFunctions
{
    private static readonly Lazy<RouteTable> Routes = new(static () => new RouteTable(typeof(FallbackFunctions).Assembly));

    [Function("WhateverElse")]
    public static IResult Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, Route = "{*path}")] HttpRequest request, string? path)
    {
        var allowed = string.Join(", ", Routes.Value.MethodsAt(path ?? ""));
        if (allowed.Length == 0)
            return Answers.Problem(Failure.NotFound("There is nothing at this address."));
        if (HttpMethods.IsOptions(request.Method))
            return Answers.NoContent(("Allow", allowed));
        return Answers.Problem(
            new Failure(ErrorCode.MethodNotAllowed, $"{request.Method} is not possible here, only {allowed}."), ("Allow", allowed));
    }
}
