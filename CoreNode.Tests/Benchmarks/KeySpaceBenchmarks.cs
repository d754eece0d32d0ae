namespace CoreNode.Tests.Benchmarks;

[TestFixture, Explicit("measures; run alone, in Release"), Category("Benchmark")]
internal sealed class KeySpaceBenchmarks
{
    [Test]
    public void A_million_keys() => new KeySpaceBenchmark(TestContext.Progress).Run(1_000_000);
}
