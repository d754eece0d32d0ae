using System.CommandLine;
using CoreNode.Api.Client;
using CoreNode.Api.Client.Overlay;
using CoreNode.Api.Client.Units;
using CoreNode.Overlay.Model;
using CoreNode.Overlay.Setup;

namespace CoreNode.Cli.Overlay;

/// <summary>The <c>overlay</c> group.</summary>
internal static class OverlayCommands
{
    public static CliCommand Build(CliSession session)
    {
        var group = new CliCommand("overlay", "see and set the network of the containers of all machines")
        {
            Details = "Each machine leases a subnet of one network, and the containers of all machines reach each "
                + "other by their own addresses. Configuration and leases are flannel's: flanneld and CoreNode share "
                + "them. A machine takes part with `corenode node --overlay default`.",
            Examples =
            [
                ("corenode overlay set --network 10.1.0.0/16", "a network for all machines, over VXLAN"),
                ("corenode overlay status", "how this machine takes part, and what it waits for"),
                ("corenode overlay leases", "which machine has which subnet"),
            ],
        };
        group.Subcommands.Add(OverlaySetCommand.Build(session));
        group.Subcommands.Add(Status(session));
        group.Subcommands.Add(Leases(session));
        return group;
    }

    /// <summary>Which network is meant.</summary>
    internal static Option<string> Name() => new("--name")
    {
        Description = "which network, where there are several (default: the one without a name)",
        HelpName = "NAME",
    };

    /// <summary>The name as keys have it.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    internal static string NameOf(string? text)
    {
        string name = text is null or "default" ? "" : text;
        string problem = OverlayKeys.ProblemOf(name);
        return problem.Length == 0 ? name : throw new UsageException($"--name {name}: {problem}");
    }

    /// <summary>Tells that the store gives no answer, and gives the exit code.</summary>
    internal static int FailStore(CliSession session, IOException fault) => session.Fail(
        ExitCode.Unreachable, fault.Message, "see `corenode cluster health`, or name other nodes with --endpoints");

    private static CliCommand Status(CliSession session)
    {
        var command = new CliCommand("status", "show how this machine takes part, and what it waits for")
        {
            Details = "Asks the node of one machine, this one unless --endpoints or --tunnel name another. Exit code 1 "
                + "where a network is not ready.",
            Examples =
            [
                ("corenode overlay status", "subnet, peers, what is left out and why"),
                ("corenode overlay status -o json", "for programs, with every peer"),
            ],
        };
        command.SetAction(async (parsed, _) =>
        {
            ClientOptions options = session.Options.ToClientOptions(parsed, session.Host);
            using OverlayClient client = new(options);
            AdminReply<ToldOverlay> reply = await session.WithNoticeAsync(
                client.StatusAsync(session.Host.Cancellation),
                $"waiting for an answer of {string.Join(", ", options.Endpoints)} …");
            if (reply is not AdminReply<ToldOverlay>.Done done)
                return Fail(session, reply);
            if (session.IsJson(parsed))
                await session.Host.Output.WriteLineAsync(done.Value.Json);
            else
                OverlayText.Write(session, done.Value.View);
            bool isReady = true;
            foreach (CoreNode.Overlay.Desk.OverlayNetworkView network in done.Value.View.Networks)
                isReady &= network.IsReady;
            return isReady ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static CliCommand Leases(CliSession session)
    {
        Option<string> name = Name();
        var command = new CliCommand("leases", "show which machine has which subnet")
        {
            Details = "Reads the store, so it works without any machine that takes part, and on an existing etcd. "
                + "STATE says why packets do not go to a lease.",
            Examples =
            [
                ("corenode overlay leases", "of the network without a name"),
                ("corenode overlay leases --name blue -o json", "of another one, for programs"),
            ],
        };
        command.Options.Add(name);
        command.SetAction(async (parsed, _) =>
        {
            string network = NameOf(parsed.GetValue(name));
            using V2Client store = session.OpenClient(parsed);
            try
            {
                StoredNetwork found = await session.WithNoticeAsync(
                    new NetworkSetup(store).ReadAsync(network, session.Host.Cancellation), "waiting for the store …");
                if (found.Text is null && found.Leases.Count == 0)
                {
                    return session.Fail(
                        ExitCode.NotFound, $"there is no configuration of {OverlayText.Of(network)}",
                        "make it with `corenode overlay set --network 10.1.0.0/16`");
                }

                if (session.IsJson(parsed))
                    await session.Host.Output.WriteLineAsync(OverlayText.LeasesJson(found));
                else
                    OverlayText.WriteLeases(session, found);
                return ExitCode.Done;
            }
            catch (IOException fault)
            {
                return FailStore(session, fault);
            }
        });
        return command;
    }

    private static int Fail(CliSession session, AdminReply<ToldOverlay> reply) => reply switch
    {
        AdminReply<ToldOverlay>.Refused { Status: 404 } refused => session.Fail(
            ExitCode.Failed, $"{refused.Endpoint} takes part in no overlay network",
            "start that node with --overlay default, or name another one with --endpoints"),
        AdminReply<ToldOverlay>.Refused { Status: 401 or 403 } refused => session.Fail(
            ExitCode.Failed, $"overlay status: {refused.Endpoint} does not allow it: {refused.Message}",
            "be root or in the group corenode on that machine, or show a client certificate to an admin listener"),
        AdminReply<ToldOverlay>.Refused refused => session.Fail(
            ExitCode.Failed, $"overlay status: {refused.Message}"),
        AdminReply<ToldOverlay>.Failed failed => session.FailUnreachable(failed.Reply.Failures),
        _ => throw new InvalidOperationException("that is no failure"),
    };
}
