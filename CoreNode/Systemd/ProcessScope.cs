using CoreNode.Units.Manager;

namespace CoreNode.Systemd;

/// <summary>
/// Puts a process that this one has started into a scope of its own: beside this service's control group, so that it
/// has weights of its own and nothing of it counts as this service's. A shutdown leaves it alone: whoever has started
/// the process ends it then, as always. Any thread.
/// </summary>
/// <param name="options">Which systemd.</param>
public sealed class ProcessScope(SystemdOptions options)
{
    // A systemd that hangs holds the process up no longer than this.
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(15);

    /// <summary>Makes the scope with that process in it; it is gone when the process is.</summary>
    /// <param name="name">The unit's name: something.scope.</param>
    /// <param name="description">What systemctl shows of it.</param>
    /// <param name="pid">The process.</param>
    /// <param name="weight">Share of processor and disk beside others, of which 100 is usual: 1 to 10000.</param>
    /// <param name="memoryBytes">From where on its memory is reclaimed first.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Why it is not so; empty: it is.</returns>
    public async Task<string> PlaceAsync(
        string name, string description, int pid, ulong weight, ulong memoryBytes, CancellationToken cancellation)
    {
        using SystemdBus bus = new(options.Addresses, "systemd scope");
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_limit);
        try
        {
            await bus.StartAsync(limit.Token);
            string result = await bus.RunJobAsync(
                BusMethod.StartTransientUnit,
                writer =>
                {
                    writer.Write(name);
                    writer.Write("replace");
                    writer.Open('a', "(sv)"u8);
                    writer.WriteProperty("Description", description);
                    writer.WriteProperty("CollectMode", "inactive-or-failed");
                    // Else a shutdown would end the process while its parent, which ends as late, takes that for a
                    // failure of its work.
                    writer.WriteProperty("DefaultDependencies", false);
                    writer.WriteProperty("CPUWeight", weight);
                    writer.WriteProperty("IOWeight", weight);
                    writer.WriteProperty("MemoryHigh", memoryBytes);
                    WritePids(writer, (uint)pid);
                    writer.Close();
                    writer.Open('a', "(sa(sv))"u8);
                    writer.Close();
                },
                limit.Token);
            return result == "done" ? "" : $"systemd did not make {name} ({result})";
        }
        catch (Exception refused) when (refused is BusException or UnitManagerException)
        {
            return $"systemd did not make {name}: {refused.Message}";
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return $"systemd did not make {name} within {s_limit.TotalSeconds:0} s";
        }
    }

    private static void WritePids(BusWriter writer, uint pid)
    {
        writer.Open('r', "sv"u8);
        writer.Write("PIDs");
        writer.Open('v', "au"u8);
        writer.Open('a', "u"u8);
        writer.Write(pid);
        writer.Close();
        writer.Close();
        writer.Close();
    }
}
