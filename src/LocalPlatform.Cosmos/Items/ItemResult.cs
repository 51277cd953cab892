namespace LocalPlatform.Cosmos.Items;

/// <summary>What one operation on one document came to. A refusal is a value, not an exception.</summary>
internal sealed record ItemResult(int Status, StoredDocument? Document, double RequestCharge, string? Message = null, int SubStatus = 0)
{
    public const int PartitionKeyMismatch = 1001;

    public static readonly ItemResult None = new(0, null, 0);

    public static readonly ItemResult NotFound =
        Refused(404, "Resource Not Found. Learn more: https://aka.ms/cosmosdb-tsg-not-found");

    public static readonly ItemResult Conflict = Refused(409, "Resource with specified id or name already exists.");

    public static readonly ItemResult PreconditionFailed = Refused(
        412,
        "One of the specified pre-condition is not met. Learn more: https://aka.ms/CosmosDB/sql/errors/precondition-failed");

    public static readonly ItemResult WrongPartitionKey = Refused(
        400,
        "PartitionKey extracted from document doesn't match the one specified in the header. "
        + "Learn more: https://aka.ms/CosmosDB/sql/errors/wrong-pk-value",
        PartitionKeyMismatch);

    public bool IsSuccess => Status is >= 200 and < 300;

    public static ItemResult Refused(int status, string message, int subStatus = 0) =>
        new(status, null, RequestCharges.Refusal, message, subStatus);
}
