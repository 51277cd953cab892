using System.Globalization;

namespace LocalPlatform.Storage.Tests;

public sealed class GroupCommitDatabaseTests : IDisposable
{
    private const string Schema = "CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, body TEXT NOT NULL)";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("storage-");

    private string DatabaseFile => Path.Combine(_folder.FullName, "test.db");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_write_is_seen_by_reads_once_it_has_completed()
    {
        await using var database = GroupCommitDatabase.Open(DatabaseFile, Schema);
        var id = await database.WriteAsync(session =>
        {
            session.Execute("INSERT INTO rows (body) VALUES (@0)", "a");
            return session.QueryFirst("SELECT max(id) FROM rows", r => r.GetInt64(0));
        });
        Assert.Equal("a", database.Read(session => session.QueryFirst("SELECT body FROM rows WHERE id = @0", r => r.GetString(0), id)));
    }

    [Fact]
    public async Task Writes_that_wait_together_are_committed_together()
    {
        await using var database = GroupCommitDatabase.Open(DatabaseFile, Schema);
        using var begun = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var blocker = database.WriteAsync(session =>
        {
            begun.Set();
            release.Wait(TimeSpan.FromSeconds(30));
        });
        begun.Wait(TimeSpan.FromSeconds(30));
        var before = database.Commits;
        var writes = Enumerable.Range(0, 500).Select(i =>
            database.WriteAsync(session => session.Execute("INSERT INTO rows (body) VALUES (@0)", $"{i}"))).ToArray();
        release.Set();
        await blocker;
        await Task.WhenAll(writes);

        Assert.Equal(500, Count(database));
        Assert.InRange(database.Commits - before, 1, 3);
    }

    [Fact]
    public async Task A_write_is_committed_while_all_threads_of_the_pool_are_busy()
    {
        await using var database = GroupCommitDatabase.Open(DatabaseFile, Schema);
        var before = database.Commits;
        var free = new TaskCompletionSource();
        try
        {
            for (var i = 0; i < 200; i++)
                ThreadPool.UnsafeQueueUserWorkItem(_ => free.Task.Wait(), null);

            _ = database.WriteAsync(session => session.Execute("INSERT INTO rows (body) VALUES (@0)", "a"));

            Assert.True(SpinWait.SpinUntil(() => database.Commits > before, TimeSpan.FromSeconds(30)));
        }
        finally
        {
            free.SetResult();
        }
    }

    [Fact]
    public async Task A_write_that_throws_undoes_itself_alone()
    {
        await using var database = GroupCommitDatabase.Open(DatabaseFile, Schema);
        var writes = Enumerable.Range(0, 100).Select(i => database.WriteAsync(session =>
        {
            session.Execute("INSERT INTO rows (id, body) VALUES (@0, @1)", i, "first");
            if (i % 10 == 3)
                throw new InvalidDataException($"{i}");
            session.Execute("UPDATE rows SET body = 'second' WHERE id = @0", i);
        })).ToArray();

        for (var i = 0; i < writes.Length; i++)
        {
            if (i % 10 == 3)
                Assert.Equal($"{i}", (await Assert.ThrowsAsync<InvalidDataException>(() => writes[i])).Message);
            else
                await writes[i];
        }
        Assert.Equal(90, Count(database));
        Assert.Equal(0, database.Read(session => session.QueryFirst("SELECT count(*) FROM rows WHERE body = 'first'", r => r.GetInt32(0))));
    }

    [Fact]
    public async Task A_broken_constraint_is_the_failure_of_its_own_write()
    {
        await using var database = GroupCommitDatabase.Open(DatabaseFile, Schema);
        var writes = Enumerable.Range(0, 20).Select(i => database.WriteAsync(session =>
            session.Execute("INSERT INTO rows (id, body) VALUES (@0, 'x')", i / 2))).ToArray();

        var results = await Task.WhenAll(writes.Select(async write =>
        {
            try
            {
                await write;
                return true;
            }
            catch (Microsoft.Data.Sqlite.SqliteException)
            {
                return false;
            }
        }));

        Assert.Equal(10, results.Count(succeeded => succeeded));
        Assert.Equal(10, Count(database));
    }

    [Fact]
    public async Task Disposing_finishes_what_was_queued_and_refuses_what_comes_after()
    {
        var database = GroupCommitDatabase.Open(DatabaseFile, Schema);
        var writes = Enumerable.Range(0, 1_000).Select(_ =>
            database.WriteAsync(session => session.Execute("INSERT INTO rows (body) VALUES ('x')"))).ToArray();
        await database.DisposeAsync();

        // All are on disk; whoever waits for one hears of it on a thread of the pool, a moment later.
        await Task.WhenAll(writes).WaitAsync(TimeSpan.FromSeconds(120), TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => database.WriteAsync(session => session.Execute("DELETE FROM rows")));
        Assert.Throws<ObjectDisposedException>(() => Count(database));
        await using var reopened = GroupCommitDatabase.Open(DatabaseFile, Schema);
        Assert.Equal(1_000, Count(reopened));
    }

    [Fact]
    public async Task Readers_run_beside_the_writer_and_see_whole_commits()
    {
        await using var database = GroupCommitDatabase.Open(DatabaseFile, Schema);
        using var stop = new CancellationTokenSource();
        var reads = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            var seen = 0;
            while (!stop.IsCancellationRequested)
            {
                var count = Count(database);
                Assert.True(count % 2 == 0 && count >= seen, $"{count} after {seen}");
                seen = count;
            }
        })).ToArray();
        for (var i = 0; i < 200; i++)
        {
            await database.WriteAsync(session =>
            {
                session.Execute("INSERT INTO rows (body) VALUES ('left')");
                session.Execute("INSERT INTO rows (body) VALUES ('right')");
            });
        }
        await stop.CancelAsync();
        await Task.WhenAll(reads);
    }

    [Fact]
    public async Task The_log_starts_over_while_writes_go_on()
    {
        await using var database = GroupCommitDatabase.Open(DatabaseFile, Schema);
        var body = new string('x', 50_000);
        // 300 MB in all: a log that never started over would be as large.
        for (var i = 0; i < 60; i++)
        {
            await Task.WhenAll(Enumerable.Range(0, 100).Select(_ =>
                database.WriteAsync(session => session.Execute("INSERT INTO rows (body) VALUES (@0)", body))));
        }
        Assert.InRange(new FileInfo(DatabaseFile + "-wal").Length, 1, 150_000_000);
        Assert.Equal(6_000, Count(database));
    }

    [Fact]
    public async Task A_statement_without_an_argument_for_a_parameter_is_refused()
    {
        await using var database = GroupCommitDatabase.Open(DatabaseFile, Schema);
        await Assert.ThrowsAsync<ArgumentException>(() =>
            database.WriteAsync(session => session.Execute("INSERT INTO rows (id, body) VALUES (@0, @1)", 1)));
        await Assert.ThrowsAsync<ArgumentException>(() =>
            database.WriteAsync(session => session.Execute("INSERT INTO rows (body) VALUES (@0)", DateTime.UnixEpoch)));
    }

    [Fact]
    public async Task Parameters_are_the_arguments_of_their_numbers_in_whatever_order_they_stand()
    {
        await using var database = GroupCommitDatabase.Open(DatabaseFile, Schema);
        await database.WriteAsync(session =>
            session.Execute("INSERT INTO rows (body, id) VALUES (@1 || @2 || @1, @0)", 7, "a", "한글"));
        Assert.Equal("a한글a", database.Read(session => session.QueryFirst("SELECT body FROM rows WHERE id = 7", r => r.GetString(0))));
    }

    [Fact]
    public async Task What_was_acknowledged_survives_a_kill()
    {
        var acknowledged = await ChildProcess.RunAndKillAsync("write rows", DatabaseFile, lines: 2_000);

        await using var database = GroupCommitDatabase.Open(DatabaseFile, Schema);
        var stored = database.Read(session => session.Query("SELECT id FROM rows", r => r.GetInt64(0))).ToHashSet();

        Assert.True(acknowledged.Count >= 2_000);
        // The last line may be torn by the kill.
        foreach (var line in acknowledged.SkipLast(1))
            Assert.Contains(long.Parse(line, CultureInfo.InvariantCulture), stored);
    }

    /// <summary>The role "write rows": writers that print each row once it is committed.</summary>
    internal static async Task WriteRowsAsync(string file)
    {
        var database = GroupCommitDatabase.Open(file, Schema);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(writer => Task.Run(async () =>
        {
            for (var i = 0L; ; i++)
            {
                var id = (writer * 1_000_000_000L) + i;
                await database.WriteAsync(session => session.Execute("INSERT INTO rows (id, body) VALUES (@0, 'x')", id));
                Console.Out.WriteLine(id.ToString(CultureInfo.InvariantCulture));
            }
        })));
    }

    private static int Count(GroupCommitDatabase database) =>
        database.Read(session => session.QueryFirst("SELECT count(*) FROM rows", r => r.GetInt32(0)));
}
