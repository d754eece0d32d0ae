using CoreNode.Units.Manager;

namespace CoreNode.Systemd;

/// <summary>
/// Puts a process that this one has started into a scope of its own: beside this service's control group, so that it
/// has weights of its own and nothing of it counts as this service's. Any thread.
/// </summary>
/// <param name="options">Which systemd.</param>
public sealed class ProcessScope(SystemdOptions options)
{
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
        try
        {
            await bus.StartAsync(cancellation);
            string result = await bus.RunJobAsync(
                BusMethod.StartTransientUnit,
                writer =>
                {
                    writer.Write(name);
                    writer.Write("replace");
                    writer.Open('a', "(sv)"u8);
                    writer.WriteProperty("Description", description);
                    writer.WriteProperty("CollectMode", "inactive-or-failed");
                    writer.WriteProperty("CPUWeight", weight);
                    writer.WriteProperty("IOWeight", weight);
                    writer.WriteProperty("MemoryHigh", memoryBytes);
                    WritePids(writer, (uint)pid);
                    writer.Close();
                    writer.Open('a', "(sa(sv))"u8);
                    writer.Close();
                },
                cancellation);
            return result == "done" ? "" : $"systemd did not make {name} ({result})";
        }
        catch (Exception refused) when (refused is BusException or UnitManagerException)
        {
            return $"systemd did not make {name}: {refused.Message}";
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
