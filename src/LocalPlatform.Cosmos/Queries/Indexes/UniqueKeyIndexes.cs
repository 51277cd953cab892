using LocalPlatform.Cosmos.Resources;
using LocalPlatform.Storage;

namespace LocalPlatform.Cosmos.Queries.Indexes;

/// <summary>
/// Unique keys of a container: at most one document of a logical partition has given values at given paths. A missing value
/// counts as one. Kept by SQLite, on the same columns that queries use.
/// </summary>
internal static class UniqueKeyIndexes
{
    /// <summary>Adds the columns and unique indexes to a new, empty table.</summary>
    public static IndexSet Create(SqliteSession session, int containerNumber, ContainerDefinition definition)
    {
        var columns = new List<IndexColumn>();
        foreach (var path in definition.UniqueKeys.SelectMany(key => key).DistinctBy(path => path.Text))
        {
            var column = new IndexColumn(columns.Count + 1, path, IsFilled: true);
            session.Execute($"ALTER TABLE docs_{containerNumber} ADD COLUMN {column.Name} BLOB");
            session.Execute("INSERT INTO index_columns VALUES(@0, @1, @2, 1)", containerNumber, column.Number, path.Text);
            columns.Add(column);
        }
        for (var i = 0; i < definition.UniqueKeys.Length; i++)
        {
            var keys = definition.UniqueKeys[i]
                .Select(path => columns.Find(column => column.Path.Text == path.Text)!)
                .Select(column => $"ifnull({column.Name}, x'00')");
            session.Execute($"CREATE UNIQUE INDEX docs_{containerNumber}_u{i} ON docs_{containerNumber}(pk, {string.Join(", ", keys)})");
        }
        return new IndexSet(containerNumber, columns, []);
    }
}
