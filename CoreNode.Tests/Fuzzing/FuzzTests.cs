using System.Globalization;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Fuzzing;

/// <summary>
/// The slice of the fuzzing that runs each time; packaging/bench.sh --rows fuzz sends a million. A failure prints the
/// line to paste.
/// </summary>
[TestFixture, Category("Fault"), Category("Native")]
internal sealed class FuzzTests
{
    private const string SeedVariable = "CORENODE_FUZZ_SEED";
    private const int RequestsPerSeed = 5000;
    private const int FreshSeeds = 2;

    private static readonly ulong[] s_seeds = [0x5EED, 0xF00D];

    [Test]
    public async Task Whatever_is_sent_is_answered_in_proper_HTTP_and_the_store_stays_right()
    {
        await using ServerProcess node = await NodeProcess.StartAsync();
        foreach (ulong seed in Seeds())
        {
            FuzzRun run = new(node.Place.ClientUrl, seed);
            Assert.That(() => run.Run(RequestsPerSeed), Throws.Nothing, () => node.StandardError);
            Assert.That(run.CheckStore, Throws.Nothing, $"seed 0x{seed:X}");
            Assert.That(node.HasDied, Is.False, node.StandardError);
        }

        Assert.That(node.StandardError, Does.Not.Contain("Unhandled").And.Not.Contain(" fatal "));
    }

    private static IEnumerable<ulong> Seeds()
    {
        if (Environment.GetEnvironmentVariable(SeedVariable) is { Length: > 0 } text)
        {
            ReadOnlySpan<char> digits = text.StartsWith("0x", StringComparison.Ordinal) ? text.AsSpan(2) : text;
            return [ulong.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)];
        }

        return [.. s_seeds, .. Enumerable.Range(0, FreshSeeds).Select(static _ => (ulong)Random.Shared.NextInt64())];
    }
}
