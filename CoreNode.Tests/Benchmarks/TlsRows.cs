using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Benchmarks;

/// <summary>What TLS costs: a request beside a plain one of the same server, and a handshake beside etcd's.</summary>
internal static class TlsRows
{
    private const int Keys = 10_000;
    private const int Connections = 64;
    private const int Handshakes = 2000;

    public static async Task<IReadOnlyList<Figure>> RequestsAsync(BenchmarkOptions options)
    {
        await using TlsServerPair pair = await TlsServerPair.StartAsync(asks: false);
        List<(Share Etcd, Share Node)> puts = Load(pair, options, RequestTemplate.Put);
        List<(Share Etcd, Share Node)> gets = Load(pair, options, RequestTemplate.Get);
        return
        [
            Of("processor time of a TLS PUT, 64 connections", "µs", Target.None, puts, s => s.Tls),
            Of("processor time of a TLS PUT for a plain one", "×", new Target.AtMost(1.3), puts, s => s.Ratio),
            Of("processor time of a TLS GET, 64 connections", "µs", Target.None, gets, s => s.Tls),
            Of("processor time of a TLS GET for a plain one", "×", new Target.AtMost(1.3), gets, s => s.Ratio),
        ];
    }

    public static async Task<IReadOnlyList<Figure>> HandshakesAsync(BenchmarkOptions options)
    {
        List<Figure> figures = [];
        foreach (bool asks in new[] { false, true })
        {
            await using TlsServerPair pair = await TlsServerPair.StartAsync(asks);
            List<(LoadResult Etcd, LoadResult Node)> passes = pair.InTurn(
                options.Passes, (server, url) => HandshakeLoad.Run(url, Handshakes, server.Pid));
            string which = asks ? "full handshake, client certificates" : "full handshake";
            figures.Add(Of($"processor time of a TLS {which}", "µs", new Target.Share(2.5), passes,
                r => r.ServerMicroseconds));
            figures.Add(Of($"TLS {which}: rate, 1 connection", "1/s", Target.None, passes, r => r.RequestsPerSecond));
        }

        return figures;
    }

    private static List<(Share Etcd, Share Node)> Load(
        TlsServerPair pair, BenchmarkOptions options, Func<Uri, Func<int>, RequestTemplate> template) =>
        pair.InTurn(options.Passes, (server, url) =>
        {
            // Plain, TLS, TLS, plain: what changes meanwhile changes both.
            double[] times = [.. new[] { server.Place.ClientUrl, url, url, server.Place.ClientUrl }
                .Select(one => Measure(one, server, options, template))];
            return new Share(times[0] + times[3], times[1] + times[2]);
        });

    private static double Measure(
        Uri url, ServerProcess server, BenchmarkOptions options, Func<Uri, Func<int>, RequestTemplate> template)
    {
        using LoadGenerator load = new(url, Connections);
        RequestTemplate request = template(url, RequestTemplate.RandomKeys(Keys));
        RequestTemplate fill = RequestTemplate.Put(url, RequestTemplate.KeysInOrder());
        load.RunCount(Keys, fill, server.Pid);
        return load.RunFor(options.PassTime / 2, request, server.Pid).ServerMicroseconds / 2;
    }

    private static Figure Of<T>(
        string name, string unit, Target target, List<(T Etcd, T Node)> passes, Func<T, double> figure) =>
        new(name, unit, target, [.. passes.Select(p => (figure(p.Etcd), figure(p.Node)))]);

    private sealed record Share(double Plain, double Tls)
    {
        public double Ratio => Tls / Plain;
    }
}
