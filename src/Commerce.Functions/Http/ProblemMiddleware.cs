using System.Globalization;
using System.Net;
using Azure.Identity;
using Commerce.Functions.Cosmos;
using Commerce.Shared;
using Grpc.Core;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;

namespace Commerce.Functions.Http;

/// <summary>Turns what an HTTP function throws into a problem document: nothing of the inside is told, all of it is logged.</summary>
internal sealed partial class ProblemMiddleware(ILogger<ProblemMiddleware> logger) : IFunctionsWorkerMiddleware
{
    private const int ClientClosedRequest = 499;

    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Exception fault) when (context.GetHttpContext() is { Response.HasStarted: false })
        {
            await AnswerAsync(context, context.GetHttpContext()!, fault);
        }
    }

    private Task AnswerAsync(FunctionContext context, HttpContext http, Exception fault)
    {
        http.Response.Clear();
        switch (fault)
        {
            case OperationCanceledException when http.RequestAborted.IsCancellationRequested:
                http.Response.StatusCode = ClientClosedRequest;
                return Task.CompletedTask;
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return Answers.Problem(Failure.OfField(ErrorCode.PayloadTooLarge, "body", "is too large")).ExecuteAsync(http);
            case BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout }:
                return Answers.Problem(Failure.OfField(ErrorCode.RequestTimeout, "body",
                    "did not come within the time that is waited for it")).ExecuteAsync(http);
            case BadHttpRequestException:
                return Answers.Problem(Failure.Validation("body", "could not be read")).ExecuteAsync(http);
            case CosmosException cosmos when cosmos.StatusCode == HttpStatusCode.TooManyRequests || TransientFaults.IsTransient(cosmos):
                LogUnavailable(context.FunctionDefinition.Name, fault);
                return Busy(cosmos.RetryAfter).ExecuteAsync(http);
            case HttpRequestException or TimeoutException or OperationCanceledException or UndecidedWriteException:
            case AuthenticationFailedException or RpcException: // No token for the store, and Durable's hub.
                LogUnavailable(context.FunctionDefinition.Name, fault);
                return Busy(null).ExecuteAsync(http);
            default:
                LogFailed(context.FunctionDefinition.Name, fault);
                return Answers.Problem(new Failure(ErrorCode.InternalError,
                    "The request could not be carried out. It is safe to repeat it."))
                    .ExecuteAsync(http);
        }
    }

    private static IResult Busy(TimeSpan? retryAfter)
    {
        var seconds = Math.Max(1, (int)Math.Ceiling(retryAfter?.TotalSeconds ?? 1));
        return Answers.Problem(
            new Failure(ErrorCode.Busy, "The store is busy. Repeat the request, with the same Idempotency-Key if it had one."),
            ("Retry-After", seconds.ToString(CultureInfo.InvariantCulture)));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Function}: the store did not answer")]
    private partial void LogUnavailable(string function, Exception fault);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Function} failed")]
    private partial void LogFailed(string function, Exception fault);
}
