using System.CommandLine;
using CoreNode.Api.Client;
using CoreNode.Foundation;
using CoreNode.RebootLock;

namespace CoreNode.Cli.Locks;

/// <summary>The <c>lock</c> group.</summary>
internal static class LockCommands
{
    private const int MostHolders = 1_000_000;

    public static CliCommand Build(CliSession session)
    {
        var group = new CliCommand("lock", "see, take and give back the lock that lets machines reboot")
        {
            Details = "Whoever holds the lock may reboot; by default one machine at a time. It is locksmith's lock: "
                + "locksmithctl and CoreNode share it, on CoreNode's store or on etcd's v2 API.",
            Examples =
            [
                ("corenode lock status", "who holds it, since when and why"),
                ("corenode lock acquire --wait && systemctl reboot", "reboot this machine when it is its turn"),
                ("corenode lock release 1315e07d8b4e4b1f9a36de35106b6ec2", "of a machine that does not come back"),
            ],
        };
        group.Subcommands.Add(Status(session));
        group.Subcommands.Add(Acquire(session));
        group.Subcommands.Add(Release(session));
        group.Subcommands.Add(SetMax(session));
        group.Subcommands.Add(AllowCommand.Build(session, Group()));
        return group;
    }

    private static CliCommand Status(CliSession session)
    {
        Option<string> group = Group();
        var command = new CliCommand("status", "show who holds the lock")
        {
            Details = "A holder whose SINCE is not known was locked by locksmithctl. MACHINE is up where the holder's "
                + "node or its lease says so, gone with the time at which it was last heard of, or not known, as for "
                + "ids of FleetLock clients. Releases that went back on a machine are listed until `lock allow` lets "
                + "the others have them.",
            Examples =
            [
                ("corenode lock status", "who holds it, since when and why"),
                ("corenode lock status --group db -o json", "of another group, for programs"),
            ],
        };
        command.Options.Add(group);
        command.SetAction(async (parsed, _) =>
        {
            using LockCall call = new(session, parsed, parsed.GetValue(group) ?? "");
            try
            {
                LockStatus status = await call.Locks.ReadAsync(call.Group, call.Cancellation);
                List<HolderMachine> machines = await HolderMachine.FindAsync(
                    call.Client, status, session.Host.Time.GetUtcNow(), call.Cancellation);
                IReadOnlyList<FailedRelease> failed =
                    await new FailedReleases(call.Client).ListAsync(call.Group, call.Cancellation);
                if (session.IsJson(parsed))
                {
                    await session.Host.Output.WriteLineAsync(
                        LockText.Json(call.Group, status, machines, failed));
                }
                else
                {
                    LockText.Write(session, call.Group, status, machines);
                    LockText.WriteFailed(session, call.Group, failed);
                }

                return ExitCode.Done;
            }
            catch (RebootLockException fault)
            {
                return call.Fail(fault.Kind, fault.Message);
            }
            catch (IOException fault)
            {
                return call.Fail(LockAnswerKind.Unavailable, fault.Message);
            }
        });
        return command;
    }

    private static CliCommand Acquire(CliSession session)
    {
        Argument<string?> holder = Holder("who takes it; default: this machine, by its /etc/machine-id");
        Option<string> group = Group();
        Option<bool> wait = new("--wait") { Description = "until it is free, instead of ending with 1" };
        Option<string> reason = new("--reason") { Description = "why; `lock status` shows it", HelpName = "TEXT" };
        Option<string> after = new("--release-after")
        {
            Description = "whoever waits may take it away after that time, such as 90m; default: never",
            HelpName = "TIME",
        };
        var command = new CliCommand("acquire", "take the lock")
        {
            Details = "Who holds it already succeeds at once. It is held until it is given back, also over reboots.",
            Examples =
            [
                ("corenode lock acquire", "for this machine; exit code 1 if others hold it"),
                ("corenode lock acquire --wait --reason 'new memory'", "when it is its turn"),
                ("corenode lock acquire db-migration --release-after 2h", "for anything else that needs a name"),
            ],
        };
        command.Arguments.Add(holder);
        foreach (Option option in new Option[] { group, wait, reason, after })
            command.Options.Add(option);
        command.SetAction(async (parsed, _) =>
        {
            using LockCall call = new(session, parsed, parsed.GetValue(group) ?? "");
            string id = call.Holder(parsed.GetValue(holder));
            DateTimeOffset now = session.Host.Time.GetUtcNow();
            HolderNote note = new(
                now, parsed.GetValue(reason) ?? "taken by hand",
                Length(parsed.GetValue(after)) is { } length ? now + length : null);
            LockAnswer answer = parsed.GetValue(wait)
                ? await call.Locks.WaitAsync(
                    call.Group, id, note, status => session.Host.Error.WriteLine(
                        $"waiting for {LockText.Name(call.Group)}: {LockText.Holders(status)}"),
                    call.Cancellation)
                : await call.Locks.AcquireAsync(call.Group, id, note, call.Cancellation);
            return call.Tell(answer, $"{id} holds {LockText.Name(call.Group)}");
        });
        return command;
    }

    private static CliCommand Release(CliSession session)
    {
        Argument<string?> holder = Holder("whose; default: this machine, by its /etc/machine-id");
        Option<string> group = Group();
        var command = new CliCommand("release", "give the lock back")
        {
            Details = "Of a machine that is gone for good, or does not come back from its reboot: look at it first, "
                + "since the next one goes down as soon as this lock is free.",
            Examples =
            [
                ("corenode lock release", "this machine's; exit code 4 if it does not hold it"),
                ("corenode lock release 1315e07d8b4e4b1f9a36de35106b6ec2", "another one's"),
            ],
        };
        command.Arguments.Add(holder);
        command.Options.Add(group);
        command.SetAction(async (parsed, _) =>
        {
            using LockCall call = new(session, parsed, parsed.GetValue(group) ?? "");
            string id = call.Holder(parsed.GetValue(holder));
            LockAnswer answer = await call.Locks.ReleaseAsync(call.Group, id, call.Cancellation);
            return call.Tell(answer, $"{id} has given {LockText.Name(call.Group)} back");
        });
        return command;
    }

    private static CliCommand SetMax(CliSession session)
    {
        Argument<int> max = new("N")
        {
            Description = "how many may hold it at once; 0: nobody",
            CustomParser = static result =>
            {
                string text = result.Tokens[0].Value;
                if (int.TryParse(
                        text, System.Globalization.NumberStyles.None,
                        System.Globalization.CultureInfo.InvariantCulture, out int value)
                    && value <= MostHolders)
                    return value;
                result.AddError($"N is a whole number up to {MostHolders}, not '{text}'");
                return 0;
            },
        };
        Option<string> group = Group();
        Option<bool> force = new("--force") { Description = "also more than the store can do without" };
        var command = new CliCommand("set-max", "say how many may hold the lock at once")
        {
            Details = "Without --force at most (n-1)/2 of n voting members, and at least 1: with more away at once "
                + "the store loses its quorum. Force it for a group whose machines are no members.",
            Examples =
            [
                ("corenode lock set-max 2", "two machines at a time, with five members and more"),
                ("corenode lock set-max 10 --group workers --force", "of a group of workers"),
                ("corenode lock set-max 0", "nobody reboots until it is raised again"),
            ],
        };
        command.Arguments.Add(max);
        command.Options.Add(group);
        command.Options.Add(force);
        command.SetAction(async (parsed, _) =>
        {
            using LockCall call = new(session, parsed, parsed.GetValue(group) ?? "");
            int most = parsed.GetValue(max);
            bool isForced = parsed.GetValue(force);
            int members = isForced ? 0 : await CountVotersAsync(call.Client, call.Cancellation);
            LockAnswer answer = await call.Locks.SetMaxAsync(
                call.Group, most, members, isForced, call.Cancellation);
            return call.Tell(answer, $"{LockText.Name(call.Group)}: at most {most} at once (before: {answer.OldMax})");
        });
        return command;
    }

    private static async Task<int> CountVotersAsync(V2Client client, CancellationToken cancellation)
    {
        if (await client.ListMembersAsync(cancellation) is not MembersOutcome.Listed listed)
            return 0;
        int voters = 0;
        foreach (ListedMember member in listed.Members)
            voters += member.IsLearner ? 0 : 1;
        return voters;
    }

    private static TimeSpan? Length(string? text)
    {
        if (text is null)
            return null;
        return GoDuration.Parse(text) is { } length && length > TimeSpan.Zero && length <= TimeSpan.FromDays(365)
            ? length
            : throw new UsageException($"--release-after '{text}': a time such as 90m or 2h is needed");
    }

    private static Argument<string?> Holder(string description) => new("ID")
    {
        Description = description,
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static Option<string> Group() => new("--group")
    {
        Description = "a lock of its own for some of the machines; default: the one of all",
        HelpName = "NAME",
    };
}
