using System.Text.Json;
using LocalPlatform.Cosmos.Items;
using LocalPlatform.Cosmos.Resources;
using LocalPlatform.Cosmos.Sql;

namespace LocalPlatform.Cosmos.Patch;

/// <summary>A partial update: an optional condition and one to ten operations that apply together or not at all.</summary>
internal sealed class PatchRequest
{
    public const int OperationsMax = 10;

    /// <summary>The service's answer when the filter predicate does not hold.</summary>
    public static readonly ItemResult ConditionFailed = ItemResult.Refused(
        412,
        "One of the specified pre-condition is not met. Learn more: https://aka.ms/CosmosDB/sql/errors/precondition-failed",
        subStatus: 1110);

    private static readonly Dictionary<string, SqlValue> NoParameters = [];

    private readonly PatchOperation[] _operations;
    private readonly SqlExpression? _condition;

    private PatchRequest(PatchOperation[] operations, SqlExpression? condition)
    {
        _operations = operations;
        _condition = condition;
    }

    /// <summary>Reads <c>{"condition": "FROM c WHERE ...", "operations": [...]}</c>, or says what is wrong with it.</summary>
    public static PatchRequest? TryParse(ReadOnlyMemory<byte> body, out string error)
    {
        error = "The patch request is invalid: it must be a JSON object with a list of operations.";
        using var document = JsonText.TryParse(body);
        if (document is not { RootElement.ValueKind: JsonValueKind.Object }
            || !document.RootElement.TryGetProperty("operations"u8, out var list) || list.ValueKind != JsonValueKind.Array)
            return null;
        var operations = new PatchOperation[list.GetArrayLength()];
        if (operations.Length is 0 or > OperationsMax)
        {
            error = $"The number of patch operations must lie between 1 and {OperationsMax}.";
            return null;
        }
        var index = 0;
        foreach (var item in list.EnumerateArray())
        {
            if (PatchOperation.TryParse(item, index + 1, out error) is not { } operation)
                return null;
            operations[index++] = operation;
        }
        return TryParseCondition(document.RootElement, out var condition, out error)
            ? new PatchRequest(operations, condition)
            : null;
    }

    public bool ConditionHolds(StoredDocument document, ContainerState container)
    {
        if (_condition is null)
            return true;
        using var json = document.Parse(container);
        return _condition.Evaluate(new SqlRow(SqlValue.Of(json.RootElement), NoParameters)).IsTrue;
    }

    /// <summary>The document after all operations; null when one of them cannot be applied.</summary>
    public DocumentBody? Apply(ContainerState container, StoredDocument document, out ItemResult refusal)
    {
        var root = JsonText.NodeOfStored(document.Body).AsObject();
        for (var i = 0; i < _operations.Length; i++)
        {
            if (_operations[i].Apply(root) is { } error)
            {
                refusal = ItemResult.Refused(
                    400, $"For Operation({i + 1}): {error} Learn more: https://aka.ms/cosmosdbpatchdocs");
                return null;
            }
        }
        return DocumentBody.TryParse(container, JsonText.Write(root, (writer, node) => node.WriteTo(writer)), out refusal);
    }

    private static bool TryParseCondition(JsonElement root, out SqlExpression? condition, out string error)
    {
        condition = null;
        error = "";
        if (!root.TryGetProperty("condition"u8, out var text) || text.ValueKind == JsonValueKind.Null)
            return true;
        var query = SqlParser.TryParse("SELECT * " + text.GetString(), out error);
        condition = query?.Where;
        return query is not null;
    }
}
