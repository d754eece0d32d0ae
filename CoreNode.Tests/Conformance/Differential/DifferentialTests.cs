using System.Globalization;
using System.Security.Cryptography;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Conformance.Differential;

/// <summary>
/// Thousands of random requests to Debian's etcd and to the native node, every answer compared. With etcd as the
/// subject the same sequences check the test itself: etcd against etcd must show no difference.
/// </summary>
[TestFixture("corenode"), TestFixture("etcd"), Category("Conformance"), Category("Native")]
internal sealed class DifferentialTests(string subject)
{
    private const string SeedVariable = "CORENODE_DIFFERENTIAL_SEED";
    private const string RequestsVariable = "CORENODE_DIFFERENTIAL_REQUESTS";
    private const int FreshSeeds = 2;
    private const int TriesPerHole = 300;
    private static readonly ulong[] FixedSeeds = [0x5EED, 0xC0DE, 0xE7CD, 0x2379];

    private ServerProcess? _reference;
    private ServerProcess? _subject;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _reference = await EtcdProcess.StartAsync();
        _subject = await ServerProcess.StartAsync(ServerCommand.Named(subject));
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_reference is not null)
            await _reference.DisposeAsync();
        if (_subject is not null)
            await _subject.DisposeAsync();
    }

    [Test]
    public void Random_requests_are_answered_as_etcd_answers_them()
    {
        using DifferentialRun run = new(_reference!.Place.ClientUrl, _subject!.Place.ClientUrl);
        StoreStatisticsComparer statistics = new(_reference.Place.ClientUrl, _subject.Place.ClientUrl);
        bool oneSeed = Environment.GetEnvironmentVariable(SeedVariable) is { Length: > 0 };
        foreach (ulong seed in Seeds())
            run.RunSeed(seed, RequestsPerSeed());
        if (!oneSeed)
            run.RunTowardHoles(FixedSeeds[0], TriesPerHole);

        TestContext.Out.WriteLine($"{run.Requests} requests to each of etcd and {subject}");
        TestContext.Out.WriteLine(run.Coverage);
        Assert.That(run.Reports, Is.Empty, () => Failure(run));
        if (oneSeed)
            return;
        Assert.Multiple(() =>
        {
            // etcd keeps users and roles in the same store, and counts what /v2/auth looks up there.
            Assert.That(statistics.Differences("getsSuccess"), Is.Empty, "/v2/stats/store after the same requests");
            Assert.That(run.Coverage.Holes, Is.Empty, "cells that can occur and were never reached");
            Assert.That(run.Coverage.Surprises, Is.Empty, "cells listed as impossible that were reached");
            Assert.That(run.Coverage.UnusedSpellings, Is.Empty, "spellings that no request used");
        });
    }

    [Test]
    public void Reads_are_counted_as_etcd_counts_them()
    {
        using DifferentialRun run = new(_reference!.Place.ClientUrl, _subject!.Place.ClientUrl);
        StoreStatisticsComparer statistics = new(_reference.Place.ClientUrl, _subject.Place.ClientUrl);
        run.RunReads(FixedSeeds[0], 400);
        Assert.That(run.Reports, Is.Empty, () => Failure(run));
        Assert.That(statistics.Differences(), Is.Empty);
    }

    private static IEnumerable<ulong> Seeds()
    {
        if (Environment.GetEnvironmentVariable(SeedVariable) is { Length: > 0 } text)
        {
            yield return ulong.Parse(text.Replace("0x", "", StringComparison.OrdinalIgnoreCase),
                NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            yield break;
        }
        foreach (ulong seed in FixedSeeds)
            yield return seed;
        for (int i = 0; i < FreshSeeds; i++)
            yield return BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4));
    }

    // etcd against etcd only checks the test, so it gets fewer.
    private int RequestsPerSeed() =>
        Environment.GetEnvironmentVariable(RequestsVariable) is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : subject == "etcd" ? 1000 : 3000;

    private string Failure(DifferentialRun run) =>
        $"{subject} ({_subject!.Url}) differs from etcd ({_reference!.Url}). To repeat one sequence:\n"
        + $"  {SeedVariable}=0x5EED dotnet test --filter \"FullyQualifiedName~DifferentialTests\"\n"
        + $"with the seed of the report. {run.Reports.Count} kinds of difference:\n\n{string.Join('\n', run.Reports)}\n"
        + $"{subject} wrote last:\n{LastLines(_subject.StandardError)}";

    private static string LastLines(string text) => string.Join('\n', text.Split('\n').TakeLast(30));
}
