using System.Text;
using CoreNode.Api.Access;

namespace CoreNode.Tests.Api.Access;

/// <summary>What the rules cost a request that none of them is about. Expected: below 10 ns.</summary>
[TestFixture, Category("Benchmark"), Explicit("prints figures; run in Release")]
internal sealed class AccessBenchmarks
{
    private const int Requests = 50_000_000;

    [TestCase("GET", "/v2/keys/foo/bar")]
    [TestCase("PUT", "/v2/keys/foo/bar")]
    [TestCase("PUT", "/v2/keys/config")]
    public void An_ordinary_request(string method, string target)
    {
        byte[] path = Encoding.UTF8.GetBytes(target);
        Run(method, path, Requests / 10);
        TimeSpan started = Environment.CpuUsage.TotalTime;
        int touched = Run(method, path, Requests);
        double nanoseconds = (Environment.CpuUsage.TotalTime - started).TotalNanoseconds / Requests;
        TestContext.Out.WriteLine($"{method} {target}: {nanoseconds:F1} ns/request");
        Assert.That(touched, Is.Zero);
        Assert.That(nanoseconds, Is.LessThan(100));
    }

    // What ApiApplication does for a key, in its order.
    private static int Run(string method, byte[] path, int requests)
    {
        int touched = 0;
        for (int i = 0; i < requests; i++)
        {
            if (Surfaces.IsOwn(path))
                touched++;
            if (method != "GET" && GuardedKeys.AreTouched(method, path.AsSpan(8)))
                touched++;
        }

        return touched;
    }
}
