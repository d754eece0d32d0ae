using CoreNode.Foundation;

namespace CoreNode.Tests.Conformance.Differential;

/// <summary>
/// Draws requests. Everything follows from the seed and the reference's answers, so a seed repeats a sequence on fresh
/// servers. <see cref="Toward"/> aims at one cell of the coverage table.
/// </summary>
internal sealed class RequestGenerator(Prng prng, KeyspaceHints hints)
{
    private static readonly Operation[] Weighted =
    [
        .. Enumerable.Repeat(Operation.Set, 22), .. Enumerable.Repeat(Operation.Get, 15),
        .. Enumerable.Repeat(Operation.Create, 8), .. Enumerable.Repeat(Operation.Update, 8),
        .. Enumerable.Repeat(Operation.CompareAndSwap, 10), .. Enumerable.Repeat(Operation.Post, 7),
        .. Enumerable.Repeat(Operation.Delete, 10), .. Enumerable.Repeat(Operation.CompareAndDelete, 7),
        .. Enumerable.Repeat(Operation.Watch, 6), .. Enumerable.Repeat(Operation.Stream, 3),
        .. Enumerable.Repeat(Operation.Head, 2), .. Enumerable.Repeat(Operation.Transport, 3),
    ];

    private static readonly string[] MalformedForms = ["value=%zz", "%", "a;b", "x=1;ttl=2", "prevValue=%2", "=%g0"];
    private static readonly string[] ForeignContentTypes =
    [
        "", "application/json", "text/plain", "multipart/form-data; boundary=x", "application/octet-stream", ";;",
        "application/x-www-form-urlencoded; charset", "form", "application/", "application/x-www-form-urlencodedx",
    ];

    /// <summary>The next request of a random sequence.</summary>
    public DifferentialRequest Next()
    {
        Operation operation = Weighted[prng.Next(Weighted.Length)];
        if (operation == Operation.Transport)
            return TransportDraw.Request(prng, KeyDraw.Key(prng, hints));
        RequestDraft draft = Start(operation, KeyDraw.Key(prng, hints));
        foreach (string name in ParameterDraw.Names)
        {
            if (prng.Chance(0.1))
                AddExtra(draft, name);
        }
        Disturb(draft);
        return draft.Build();
    }

    /// <summary>A request of the cell's operation and parameter that often has the cell's outcome.</summary>
    public DifferentialRequest Toward(CoverageCell cell)
    {
        RequestDraft draft = Start(cell.Operation, KeyFor(cell.Outcome), cell.Outcome is "100" or "212" ? 0 : 1);
        AimAt(cell, draft);
        if (!draft.Has(cell.Parameter))
            AddExtra(draft, cell.Parameter);
        if (prng.Chance(0.5))
            AddExtra(draft, ParameterDraw.Names[prng.Next(ParameterDraw.Names.Length)]);
        return draft.Build();
    }

    /// <summary>A request of the method that carries the parameter spelled so, in either place.</summary>
    public DifferentialRequest Spelled(string method, CarriedParameter parameter)
    {
        Operation operation = method switch
        {
            "GET" => Operation.Get,
            "PUT" => Operation.Set,
            "POST" => Operation.Post,
            _ => Operation.Delete,
        };
        RequestDraft draft = Start(operation, KeyDraw.Key(prng, hints), valueChance: 0);
        switch (parameter.Spelling)
        {
            case Spelling.Empty:
                AddOnce(draft, parameter.Name, "");
                break;
            case Spelling.Bad:
                AddOnce(draft, parameter.Name, ParameterDraw.Bad(prng, parameter.Name)!, Spelling.Bad);
                break;
            case Spelling.Repeated:
                AddOnce(draft, parameter.Name, "");
                draft.Repeat(parameter.Name, "second");
                break;
            default:
                return Next();
        }
        return draft.Build();
    }

    private void AimAt(CoverageCell cell, RequestDraft draft)
    {
        switch (cell.Outcome)
        {
            case "201 value":
                AddOnce(draft, "prevValue", "");
                break;
            case "202":
                AddOnce(draft, "ttl", ParameterDraw.Bad(prng, "ttl")!, Spelling.Bad);
                break;
            case "203":
                string index = cell.Parameter is "waitIndex" or "prevIndex" ? cell.Parameter : "prevIndex";
                AddOnce(draft, index, ParameterDraw.Bad(prng, index)!, Spelling.Bad);
                break;
            case "209":
                string boolean = ParameterDraw.IsBoolean(cell.Parameter) ? cell.Parameter : "sorted";
                AddOnce(draft, boolean, ParameterDraw.Bad(prng, boolean)!, Spelling.Bad);
                break;
            case "210":
                draft.Malformed = MalformedForms[prng.Next(MalformedForms.Length)];
                break;
            case "211" or "212":
                AddOnce(draft, "refresh", ParameterDraw.Boolean(prng, true));
                if (cell.Outcome == "211")
                    AddOnce(draft, "value", ParameterDraw.SomeValue(prng));
                else if (cell.Parameter is "value" or "ttl")
                    AddOnce(draft, cell.Parameter, "");
                break;
            case "100" when draft.Operation == Operation.Set:
                AddOnce(draft, "refresh", ParameterDraw.Boolean(prng, true));
                AddOnce(draft, "ttl", ParameterDraw.Ttl(prng, draft.Operation));
                AddOnce(draft, "value", "");
                break;
            case "100" or "104" when draft.Operation is Operation.Watch or Operation.Stream:
                AddOnce(draft, "quorum", ParameterDraw.Boolean(prng, true));
                break;
            case "401":
                AddOnce(draft, "waitIndex", "{+1}");
                break;
            case "108":
                AddOnce(draft, "dir", ParameterDraw.Boolean(prng, true));
                if (cell.Parameter == "recursive" && !draft.Has("recursive"))
                    draft.Add("recursive", ParameterDraw.Boolean(prng, false));
                break;
        }
    }

    private string KeyFor(string outcome) => outcome switch
    {
        "107" => "/",
        "102" or "108" when prng.Chance(0.5) => Parent(hints.AnyKey(prng, directory: false)),
        "102" or "108" => hints.AnyKey(prng, directory: true) ?? "/d",
        "104" => (hints.AnyKey(prng, directory: false) ?? "/a") + "/b",
        "101" or "105" or "200" => hints.AnyKey(prng, directory: false) ?? "/a",
        _ => KeyDraw.Key(prng, hints),
    };

    // The directory of a key that was there is one that holds something.
    private static string Parent(string? key) => key?.LastIndexOf('/') is > 0 and int end ? key[..end] : "/d";

    private RequestDraft Start(Operation operation, string key, double valueChance = 1)
    {
        switch (operation)
        {
            case Operation.Get:
                return new RequestDraft(prng, operation, "GET", key);
            case Operation.Head:
                return new RequestDraft(prng, operation, "HEAD", key);
            case Operation.Watch:
                return StartWatch(operation, key);
            case Operation.Stream:
                RequestDraft stream = StartWatch(operation, key);
                stream.Add("stream", ParameterDraw.Boolean(prng, true));
                return stream;
            case Operation.Post:
                return WithValue(new RequestDraft(prng, operation, "POST", key), 0.8 * valueChance);
            case Operation.Delete:
                RequestDraft delete = new(prng, operation, "DELETE", key);
                if (prng.Chance(0.4))
                    delete.Add(prng.Chance(0.5) ? "dir" : "recursive", ParameterDraw.Boolean(prng, true));
                return delete;
            case Operation.CompareAndDelete:
                return WithCondition(new RequestDraft(prng, operation, "DELETE", key));
            case Operation.CompareAndSwap:
                RequestDraft swap = new(prng, operation, "PUT", key);
                if (prng.Chance(0.3))
                    swap.Add("prevExist", ParameterDraw.Boolean(prng, true));
                return WithValue(WithCondition(swap), 0.8 * valueChance);
            case Operation.Set:
                return WithValue(new RequestDraft(prng, operation, "PUT", key), 0.85 * valueChance);
            case Operation.Create or Operation.Update:
                RequestDraft write = new(prng, operation, "PUT", key);
                write.Add("prevExist", ParameterDraw.Boolean(prng, operation == Operation.Update));
                return WithValue(write, 0.7 * valueChance);
            default:
                throw new ArgumentOutOfRangeException(nameof(operation), operation, "has no recipe");
        }
    }

    private RequestDraft StartWatch(Operation operation, string key)
    {
        RequestDraft watch = new(prng, operation, "GET", key);
        watch.Add("wait", ParameterDraw.Boolean(prng, true));
        if (prng.Chance(0.5))
            watch.Add("waitIndex", ParameterDraw.WaitIndex(prng, hints));
        if (prng.Chance(0.5))
            watch.Add("recursive", ParameterDraw.Boolean(prng, true));
        return watch;
    }

    private RequestDraft WithValue(RequestDraft draft, double chance)
    {
        if (prng.Chance(chance))
            draft.Add("value", ParameterDraw.Value(prng));
        return draft;
    }

    private RequestDraft WithCondition(RequestDraft draft)
    {
        int which = prng.Next(3);
        if (which != 0)
            draft.Add("prevIndex", ParameterDraw.PreviousIndex(prng, hints, draft.Key));
        if (which != 1)
            draft.Add("prevValue", ParameterDraw.PreviousValue(prng, hints, draft.Key));
        return draft;
    }

    private static void AddOnce(RequestDraft draft, string name, string value, Spelling spelling = Spelling.Good)
    {
        if (draft.Has(name))
            draft.Repeat(name, value);
        else
            draft.Add(name, value, spelling);
    }

    /// <summary>Adds a parameter that leaves the operation what it is.</summary>
    private void AddExtra(RequestDraft draft, string name)
    {
        if (draft.Has(name))
        {
            if (prng.Chance(0.2))
                draft.Repeat(name, ParameterDraw.Bad(prng, name) ?? "second");
            return;
        }
        if (prng.Chance(0.08))
        {
            draft.Add(name, prng.Chance(0.3) ? "" : ParameterDraw.Bad(prng, name) ?? "", Spelling.Bad);
            return;
        }
        if (GoodExtra(draft, name) is { } value)
            draft.Add(name, value);
    }

    private string? GoodExtra(RequestDraft draft, string name)
    {
        bool conditional = draft.Operation is Operation.CompareAndSwap or Operation.CompareAndDelete;
        bool plainWrite = draft.Operation is Operation.Set or Operation.Update or Operation.Delete;
        switch (name)
        {
            case "value":
                return ParameterDraw.Value(prng);
            case "ttl":
                return ParameterDraw.Ttl(prng, draft.Operation);
            case "prevExist":
                if (draft.Operation == Operation.Set)
                    return null;
                bool mayExist = draft.Operation != Operation.Create && (conditional || prng.Chance(0.5));
                return ParameterDraw.Boolean(prng, mayExist);
            case "prevIndex":
                return plainWrite ? "0" : ParameterDraw.PreviousIndex(prng, hints, draft.Key);
            case "prevValue":
                return plainWrite ? "" : ParameterDraw.PreviousValue(prng, hints, draft.Key);
            case "wait":
                return ParameterDraw.Boolean(prng, draft.Operation != Operation.Get && prng.Chance(0.3));
            case "waitIndex":
                return ParameterDraw.WaitIndex(prng, hints);
            case "stream":
                return ParameterDraw.Boolean(prng, draft.Operation != Operation.Watch && prng.Chance(0.5));
            case "refresh" when !draft.Has("ttl") && prng.Chance(0.7):
                draft.Add("ttl", ParameterDraw.Ttl(prng, draft.Operation));
                return ParameterDraw.Boolean(prng, true);
            default:
                return ParameterDraw.Boolean(prng, prng.Chance(0.7));
        }
    }

    private void Disturb(RequestDraft draft)
    {
        if (prng.Chance(0.1))
            draft.SpelledKey = KeyDraw.Spell(prng, draft.Key);
        if (prng.Chance(0.02))
        {
            draft.SpelledKey = KeyDraw.Unclean(prng, draft.Key);
            draft.Operation = Operation.Transport;
        }
        if (prng.Chance(0.12) && draft.AnyName() is { } again)
            draft.Repeat(again, ParameterDraw.Bad(prng, again) ?? "second");
        if (prng.Chance(0.015))
            draft.Malformed = MalformedForms[prng.Next(MalformedForms.Length)];
        if (draft.ReadsBody && prng.Chance(0.03))
            draft.ForeignContentType = ForeignContentTypes[prng.Next(ForeignContentTypes.Length)];
    }
}
