using System.Globalization;

namespace LocalPlatform.Cosmos.Queries;

/// <summary>The query metrics header: what was read and returned, and how long it took, in milliseconds.</summary>
internal static class QueryMetrics
{
    public static string Text(QueryExecution execution, int outputDocuments, int outputBytes, TimeSpan elapsed)
    {
        var milliseconds = elapsed.TotalMilliseconds;
        var hitRatio = execution.LoadedDocuments == 0 ? 1 : Math.Min(1, (double)outputDocuments / execution.LoadedDocuments);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"totalExecutionTimeInMs={milliseconds:0.00};queryCompileTimeInMs=0.00;queryLogicalPlanBuildTimeInMs=0.00;"
            + $"queryPhysicalPlanBuildTimeInMs=0.00;queryOptimizationTimeInMs=0.00;VMExecutionTimeInMs={milliseconds:0.00};"
            + $"indexLookupTimeInMs=0.00;documentLoadTimeInMs={milliseconds:0.00};systemFunctionExecuteTimeInMs=0.00;"
            + $"userFunctionExecuteTimeInMs=0.00;retrievedDocumentCount={execution.LoadedDocuments};"
            + $"retrievedDocumentSize={execution.LoadedBytes};outputDocumentCount={outputDocuments};outputDocumentSize={outputBytes};"
            + $"writeOutputTimeInMs=0.00;indexUtilizationRatio={hitRatio:0.00}");
    }
}
