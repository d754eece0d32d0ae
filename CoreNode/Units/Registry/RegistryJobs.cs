using System.Collections.Immutable;
using System.Globalization;
using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Units.Model;

namespace CoreNode.Units.Registry;

/// <summary>
/// How keys of jobs and texts change a registry state. Jobs and texts come and go in any order, so each text knows who
/// uses it.
/// </summary>
internal static class RegistryJobs
{
    // Requirements that do not depend on the name are read with any.
    private static readonly UnitName s_anyName = UnitName.Parse("any.service")!;

    /// <summary>A text; what is wrong with it, or empty.</summary>
    public static string PutText(RegistryEdit edit, string hash, KvNode node)
    {
        UnitFile? file = RegistryValues.ReadUnit(node.Value ?? "");
        if (file is null)
            return "is no unit file";
        if (file.Hash != hash)
            return $"is the text of another hash, {file.Hash}";

        // Every submission of a text writes it; the jobs that use it know it already.
        if (edit.Texts.Find(hash) is { File: not null } known)
        {
            edit.Texts.Set(hash, known with { CreatedIndex = node.CreatedIndex });
            return "";
        }

        KeepText(edit, new UnitText(hash, file, TextOf(edit, hash).Jobs)
        {
            CreatedIndex = node.CreatedIndex,
            SharedRequirements =
                UnitRequirements.DependOnName(file) ? null : UnitRequirements.Of(s_anyName, file),
        });
        return "";
    }

    /// <summary>One key of a job; what is wrong with it, or empty.</summary>
    public static string Put(RegistryEdit edit, string unit, string field, KvNode node)
    {
        string value = node.Value ?? "";
        if (Find(edit, unit) is not { } job)
            return "is below a name that no unit can have";
        switch (field)
        {
            case "object":
                if (RegistryValues.ReadJobObject(unit, value) is not { } hash)
                    return "is no job of that name";
                Keep(edit, job, Attach(edit, job with
                {
                    Hash = hash,
                    CreatedIndex = node.CreatedIndex,
                    ObjectIndex = node.ModifiedIndex,
                    IsReplica = RegistryValues.ReadIsReplica(value),
                }));
                return "";
            case "target-state":
                if (!DesiredStates.TryParse(value, out DesiredState desired))
                    return "is neither inactive nor loaded nor launched";
                Keep(edit, job, job with { Desired = desired, DesiredIndex = node.ModifiedIndex });
                return "";
            case "target":
                Keep(edit, job, job with { Target = value, TargetIndex = node.ModifiedIndex });
                return "";
            case "job-state":
                Keep(edit, job, job with { JobState = value });
                return "";
            case "restart":
                if (!ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out ulong restart))
                    return "is no number";
                Keep(edit, job, job with { Restart = restart });
                return "";
            case "notice":
                JobNotice? notice = RegistryValues.ReadNotice(value);
                Keep(edit, job, job with { Notice = notice });
                return notice is null ? "is no notice" : "";
            case "rollout":
                JobRollout? rollout = RegistryValues.ReadRollout(value);
                Keep(edit, job, job with { Rollout = rollout, RolloutIndex = node.ModifiedIndex });
                return rollout is null ? "is neither paused nor stopped" : "";
            default:
                return "";
        }
    }

    /// <summary>All jobs, one job, or one key of it.</summary>
    public static void Remove(RegistryEdit edit, string? unit, string? field)
    {
        if (unit is null)
        {
            foreach (Job each in edit.Jobs.Value.Values)
                Keep(edit, each, null);
            edit.Partial.Clear();
            return;
        }

        if ((edit.Jobs.Find(unit) ?? edit.Partial.Find(unit)) is not { } job)
            return;
        Keep(edit, job, field switch
        {
            null => null,
            "object" => job with
            {
                Hash = "",
                File = null,
                Requirements = UnitRequirements.None,
                CreatedIndex = StoreIndex.Zero,
                ObjectIndex = StoreIndex.Zero,
                IsReplica = false,
            },
            "target-state" => job with { Desired = DesiredState.Inactive, DesiredIndex = StoreIndex.Zero },
            "target" => job with { Target = "", TargetIndex = StoreIndex.Zero },
            "job-state" => job with { JobState = "" },
            "restart" => job with { Restart = 0 },
            "notice" => job with { Notice = null },
            "rollout" => job with { Rollout = null, RolloutIndex = StoreIndex.Zero },
            _ => job,
        });
    }

    /// <summary>All texts, or one.</summary>
    public static void RemoveTexts(RegistryEdit edit, string? hash)
    {
        if (hash is null)
        {
            foreach (string each in edit.Texts.Value.Keys)
                RemoveTexts(edit, each);
            return;
        }

        if (edit.Texts.Find(hash) is { } text)
            KeepText(edit, new UnitText(hash, null, text.Jobs));
    }

    private static Job? Find(RegistryEdit edit, string unit)
    {
        if ((edit.Jobs.Find(unit) ?? edit.Partial.Find(unit)) is { } known)
            return known;
        return UnitName.Parse(unit) is { } name ? new Job { Name = name } : null;
    }

    private static UnitText TextOf(RegistryEdit edit, string hash) =>
        edit.Texts.Find(hash) ?? new UnitText(hash, null, ImmutableSortedSet.Create<string>(StringComparer.Ordinal));

    // Replaces a job; null removes it. The texts learn who uses them.
    private static void Keep(RegistryEdit edit, Job before, Job? after)
    {
        string unit = before.Name.Full;
        string hash = after?.Hash ?? "";
        if (before.Hash.Length > 0 && before.Hash != hash)
            Use(edit, before.Hash, unit, isUsed: false);
        if (hash.Length > 0 && before.Hash != hash)
            Use(edit, hash, unit, isUsed: true);
        if (after is { IsSubmitted: true })
        {
            edit.Jobs.Set(unit, after);
            edit.Partial.Remove(unit);
            return;
        }

        edit.Jobs.Remove(unit);
        if (after is null || after.IsEmpty)
            edit.Partial.Remove(unit);
        else
            edit.Partial.Set(unit, after);
    }

    private static void Use(RegistryEdit edit, string hash, string unit, bool isUsed)
    {
        UnitText text = TextOf(edit, hash);
        text = text with { Jobs = isUsed ? text.Jobs.Add(unit) : text.Jobs.Remove(unit) };
        if (text.File is null && text.Jobs.IsEmpty)
            edit.Texts.Remove(hash);
        else
            edit.Texts.Set(hash, text);
    }

    private static void KeepText(RegistryEdit edit, UnitText text)
    {
        if (text.File is null && text.Jobs.IsEmpty)
            edit.Texts.Remove(text.Hash);
        else
            edit.Texts.Set(text.Hash, text);
        foreach (string unit in text.Jobs)
        {
            if (edit.Jobs.Find(unit) is { } job)
                edit.Jobs.Set(unit, Attach(edit, job));
        }
    }

    private static Job Attach(RegistryEdit edit, Job job)
    {
        UnitText? text = edit.Texts.Find(job.Hash);
        return job with
        {
            File = text?.File,
            Requirements = text?.File is null
                ? UnitRequirements.None
                : text.SharedRequirements ?? UnitRequirements.Of(job.Name, text.File),
        };
    }
}
