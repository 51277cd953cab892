using System.Text;
using System.Text.Json;
using LocalPlatform.Cosmos.Values;

namespace LocalPlatform.Cosmos.Protocol;

/// <summary>Why a request, or one operation of a batch, is refused: what the client is told.</summary>
internal sealed record Refusal(int Status, string Message, int SubStatus = 0)
{
    public static readonly Refusal NotFound = new(404, "Resource Not Found. Learn more: https://aka.ms/cosmosdb-tsg-not-found");

    /// <summary>The container is missing, not the thing asked of it: clients tell the two apart by the sub-status.</summary>
    public static readonly Refusal OwnerNotFound = NotFound with { SubStatus = 1003 };

    public static readonly Refusal Conflict = new(409, "Resource with specified id or name already exists.");

    public static readonly Refusal PreconditionFailed = new(
        412,
        "One of the specified pre-condition is not met. Learn more: https://aka.ms/CosmosDB/sql/errors/precondition-failed");

    /// <summary>The filter predicate of a patch does not hold.</summary>
    public static readonly Refusal ConditionFailed = PreconditionFailed with { SubStatus = 1110 };

    public static readonly Refusal RequestTooLarge = new(413, "Request size is too large");

    public static readonly Refusal MissingPartitionKey = new(
        400,
        "Partition key provided either doesn't correspond to definition in the collection or doesn't match partition key field "
        + "values specified in the document.",
        SubStatus: 1001);

    public static readonly Refusal WrongPartitionKey = new(
        400,
        "PartitionKey extracted from document doesn't match the one specified in the header. "
        + "Learn more: https://aka.ms/CosmosDB/sql/errors/wrong-pk-value",
        SubStatus: 1001);

    public static Refusal BadRequest(string message) => new(400, message);

    /// <summary>What the service does and this gateway does not: never done half, never left out in silence.</summary>
    public static Refusal NotSupported(string what) => new(400, $"The local gateway does not support {what}.");

    /// <summary>The answer's body. The service wraps its texts this way; SDKs show the whole of it as the exception's message.</summary>
    public ReadOnlyMemory<byte> ToJson()
    {
        var errors = $"{{\"Errors\":[\"{JsonEncodedText.Encode(Message, JsonText.RelaxedEncoder)}\"]}}";
        return Encoding.UTF8.GetBytes(
            $"{{\"code\":\"{Code}\",\"message\":\"Message: {JsonEncodedText.Encode(errors, JsonText.RelaxedEncoder)}\"}}");
    }

    private string Code => Status switch
    {
        400 => "BadRequest",
        401 => "Unauthorized",
        404 => "NotFound",
        409 => "Conflict",
        410 => "Gone",
        412 => "PreconditionFailed",
        413 => "RequestEntityTooLarge",
        _ => "Error",
    };
}
