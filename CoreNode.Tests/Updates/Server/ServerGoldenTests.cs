using System.Runtime.CompilerServices;
using CoreNode.Database;
using CoreNode.Updates.Server.Books;

namespace CoreNode.Tests.Updates.Server;

/// <summary>
/// Databases of every version that was released are opened by today's program. CORENODE_REWRITE=1 writes the newest
/// one anew, which is right only before that version was released.
/// </summary>
[TestFixture, Category("Unit")]
internal sealed class ServerGoldenTests
{
    private const string Name = "update-server-v1.db";

    [Test]
    public async Task A_database_of_version_1_is_opened_and_says_what_it_said()
    {
        if (Environment.GetEnvironmentVariable("CORENODE_REWRITE") == "1")
            await WriteAsync();
        string folder = Directory.CreateTempSubdirectory("corenode-golden-").FullName;
        try
        {
            File.Copy(Golden(Name), Path.Combine(folder, "server.db"));
            using ServerBench bench = new(folder: folder);
            string actual = await bench.DescribeAsync();
            if (Environment.GetEnvironmentVariable("CORENODE_REWRITE") == "1")
                await File.WriteAllTextAsync(Source("update-server-v1.txt"), actual);
            else
                Assert.That(actual, Is.EqualTo(await File.ReadAllTextAsync(Golden("update-server-v1.txt"))));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void Databases_of_newer_versions_and_of_others_are_left_alone()
    {
        string folder = Directory.CreateTempSubdirectory("corenode-golden-").FullName;
        string path = Path.Combine(folder, "server.db");
        try
        {
            using (DatabaseFile file = DatabaseFile.Open(path, DatabaseMode.Create))
            {
                Schema.Prepare(file);
                file.Execute("PRAGMA user_version=99");
            }

            Assert.That(Refusal(folder), Does.Contain("version 99").And.Contain($"knows {Schema.Newest}"));
            using (DatabaseFile file = DatabaseFile.Open(path, DatabaseMode.Create))
                file.Execute("PRAGMA user_version=1; PRAGMA application_id=7");
            Assert.That(Refusal(folder), Does.Contain("another program's"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Refusal(string folder) =>
        Assert.Throws<DatabaseException>(() => new ServerBench(folder: folder).Dispose())!.Message;

    private static async Task WriteAsync()
    {
        using ServerBench bench = new();
        await ServerSamples.FillAsync(bench);
        bench.Server.Dispose();
        // Without what differs from run to run: keys and hashes do not matter here.
        File.Copy(Path.Combine(bench.Folder, "server.db"), Source(Name), overwrite: true);
        File.Copy(Source(Name), Golden(Name), overwrite: true);
    }

    private static string Golden(string name) =>
        Path.Combine(TestContext.CurrentContext.TestDirectory, "TestData", "formats", name);

    private static string Source(string name, [CallerFilePath] string here = "") => Path.GetFullPath(
        Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "TestData", "formats", name));
}
