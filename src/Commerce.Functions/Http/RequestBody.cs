using System.IO.Pipelines;

namespace Commerce.Functions.Http;

/// <summary>
/// Reads bodies. Whatever a client does to its framing or its connection is its own fault, whichever exception the server has for it: it
/// comes out as a <see cref="BadHttpRequestException"/>.
/// </summary>
internal static class RequestBody
{
    public static async ValueTask<ReadResult> ReadAsync(HttpRequest request)
    {
        try
        {
            return await request.BodyReader.ReadAsync(request.HttpContext.RequestAborted);
        }
        catch (IOException fault) when (fault is not BadHttpRequestException)
        {
            throw Unreadable(fault);
        }
    }

    public static BadHttpRequestException Unreadable(IOException fault) =>
        new("The body cannot be read.", StatusCodes.Status400BadRequest, fault);
}
