using System.Globalization;
using System.Runtime.ExceptionServices;

namespace CoreNode.Tests.EndToEnd.Clusters;

/// <summary>
/// A network namespace without a name: it is there as long as this object or a process that was started inside, so
/// that nothing is left behind whatever happens to the test host. The root namespace is never changed.
/// </summary>
internal sealed class NetworkNamespace : IDisposable
{
    private readonly int _descriptor;

    public NetworkNamespace()
    {
        _descriptor = OnThread(NetworkCalls.UnshareNetwork);
        Run(() => NetworkCalls.Configure("lo", []));
    }

    /// <summary>Why namespaces cannot be made here; null if they can.</summary>
    public static string? Obstacle { get; } =
        !Environment.IsPrivilegedProcess ? "network namespaces need root"
        : !File.Exists("/dev/net/tun") ? "there is no /dev/net/tun"
        : null;

    /// <summary>A path that other programs find it by, as long as this object is there.</summary>
    public string Path => string.Create(
        CultureInfo.InvariantCulture, $"/proc/{Environment.ProcessId}/fd/{_descriptor}");

    /// <summary>
    /// Runs <paramref name="action"/> on a thread of its own inside. Sockets that it opens and processes that it
    /// starts stay inside, whoever uses them later.
    /// </summary>
    public T Run<T>(Func<T> action) => OnThread(() =>
    {
        NetworkCalls.EnterNetwork(_descriptor);
        return action();
    });

    /// <summary>The same without a result.</summary>
    public void Run(Action action) => Run(() =>
    {
        action();
        return true;
    });

    public void Dispose() => NetworkCalls.Close(_descriptor);

    // Never one of the pool: the thread's namespace would go on to whatever runs there next.
    private static T OnThread<T>(Func<T> action)
    {
        T result = default!;
        ExceptionDispatchInfo? problem = null;
        Thread thread = new(() =>
        {
            try
            {
                result = action();
            }
            catch (Exception e)
            {
                problem = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        problem?.Throw();
        return result;
    }
}
