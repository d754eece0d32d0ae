using System.Net;
using System.Net.Sockets;
using CoreNode.Api.Client;

namespace CoreNode.Tests.Api.Client;

/// <summary>
/// A node that is killed in the moment in which a client has just connected: the connection is reset before the first
/// byte is sent on it.
/// </summary>
[TestFixture, Category("Unit")]
internal sealed class LostConnectTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(29);

    [Test]
    public async Task A_connection_that_is_reset_before_it_is_used_is_a_failure_of_the_endpoint([Values] bool isWatch)
    {
        using ResettingServer server = new();
        using V2Transport transport = new(V2TransportTests.Options(server.Endpoint) with
        {
            ConnectTimeout = s_connectTimeout,
            Time = new PausingTime(server.Reset),
        });
        V2Reply reply = isWatch
            ? (await transport.OpenAsync(V2Request.Stream("/v2/keys/a", true), CancellationToken.None)).Reply!
            : await transport.SendAsync(V2Request.Plain("/v2/keys/a"), CancellationToken.None);
        Assert.That(reply, Is.InstanceOf<V2Reply.Failed>());
        Assert.That(server.Resets, Is.GreaterThan(0));
    }

    [Test]
    public void A_bare_fault_of_a_socket_is_one_of_the_remote_side()
    {
        Assert.That(FailureTable.IsRemote(new SocketException((int)SocketError.NotConnected)), Is.True);
        Assert.That(FailureTable.IsRemote(new InvalidOperationException()), Is.False);
    }

    /// <summary>Takes connections, and resets them once it is told to.</summary>
    private sealed class ResettingServer : IDisposable
    {
        private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly ManualResetEventSlim _isConnected = new();
        private readonly ManualResetEventSlim _hasReset = new();
        private readonly Thread _thread;
        private int _resets;

        public ResettingServer()
        {
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _listener.Listen();
            Endpoint = $"http://{_listener.LocalEndPoint}";
            _thread = new Thread(Run) { IsBackground = true };
            _thread.Start();
        }

        public string Endpoint { get; }

        public int Resets => Volatile.Read(ref _resets);

        public void Reset()
        {
            _isConnected.Set();
            Assert.That(_hasReset.Wait(s_patience), Is.True, "nobody connected");
        }

        public void Dispose()
        {
            _isConnected.Set();
            _listener.Dispose();
            _thread.Join();
            _isConnected.Dispose();
            _hasReset.Dispose();
        }

        private void Run()
        {
            try
            {
                _isConnected.Wait();
                while (true)
                {
                    using (Socket accepted = _listener.Accept())
                        accepted.LingerState = new LingerOption(true, 0);
                    Interlocked.Increment(ref _resets);
                    _hasReset.Set();
                }
            }
            catch (SocketException)
            {
                // The listener was closed.
            }
            catch (ObjectDisposedException)
            {
                // The same, a moment earlier.
            }
        }
    }

    /// <summary>Real time; the end of the connect's deadline, right after connecting, is waited at.</summary>
    private sealed class PausingTime(Action pause) : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            ITimer timer = System.CreateTimer(callback, state, dueTime, period);
            return dueTime == s_connectTimeout ? new PausingTimer(timer, pause) : timer;
        }
    }

    private sealed class PausingTimer(ITimer timer, Action pause) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(dueTime, period);

        public void Dispose()
        {
            pause();
            timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
