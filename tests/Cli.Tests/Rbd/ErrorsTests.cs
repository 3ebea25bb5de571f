namespace CurveRbd.Cli.Tests;

/// <summary>Messages and exit codes that scripts match, compared with stock rbd 16.2.15.</summary>
public class ErrorsTests : CommandTest
{
    [Theory]
    [InlineData("create", 22, "image name was not specified")]
    [InlineData("create x", 22, "must specify --size <M/G/T>")]
    [InlineData("create x --size", 1, "the required argument for option '--size' is missing")]
    [InlineData("create x --size 1.5", 1, "the argument for option '--size' is invalid")]
    [InlineData("create x/y/z/v --size 1", 22, "invalid spec 'x/y/z/v'")]
    [InlineData("create x@s --size 1", 22, "snapshot name specified for a command that doesn't use it")]
    [InlineData("create --size 1 x y", 1, "too many arguments")]
    [InlineData("create x --size 1 --bogus", 1, "unrecognised option '--bogus'")]
    [InlineData("create x --size 1 --order 26", 1, "the argument for option '--order' is invalid")]
    [InlineData("create x --size 1 --image-feature foo", 1, "the argument for option '--image-feature' is invalid")]
    [InlineData("create x --size 1 --image-feature 61", 1, "the argument for option '--image-feature' is invalid")]
    [InlineData("create x --size 1 --image-format 3", 1, "the argument for option '--image-format' is invalid")]
    [InlineData("create x --size 1 --mirror-image-mode x", 1, "the argument for option '--mirror-image-mode' is invalid")]
    [InlineData("create x --size 1 --journal-splay-width x", 1, "the argument ('x') for option '--journal-splay-width' is invalid")]
    [InlineData("create x --size 1 --stripe-unit 4K", 22, "must specify both (or neither) of stripe-unit and stripe-count")]
    [InlineData("create x --size 1 --object-size 1K", 33, "create error: (33) Numerical argument out of domain")]
    [InlineData("create x --size 1E", 22, "create error: (22) Invalid argument")]
    [InlineData("create x --size 1 --data-pool nowhere", 2, "create error: (2) No such file or directory")]
    [InlineData("create a --size 1", 17, "create error: (17) File exists")]
    [InlineData("create nowhere/x --size 1", 2, "error opening pool 'nowhere': (2) No such file or directory")]
    [InlineData("create rbd/nowhere/x --size 1", 2, "namespace 'nowhere' does not exist.")]
    [InlineData("ls --format foo", 1, "the argument for option '--format' is invalid")]
    [InlineData("ls --pretty-format", 22, "--pretty-format only works when --format is json or xml")]
    [InlineData("ls x y", 1, "too many arguments")]
    [InlineData("ls nowhere", 2, "error opening pool 'nowhere': (2) No such file or directory")]
    [InlineData("ls -p", 1, "the required argument for option '--pool' is missing")]
    [InlineData("info", 22, "image name was not specified")]
    [InlineData("info a@", 22, "invalid spec 'a@'")]
    [InlineData("info @a", 22, "invalid spec '@a'")]
    [InlineData("info nx", 2, "error opening image nx: (2) No such file or directory")]
    [InlineData("info a@nx", 2, "error setting snapshot context: (2) No such file or directory")]
    [InlineData("info a --image-id 3", 22, "trying to access image using both name and id. ")]
    [InlineData("info --image-id 3", 2, "error opening image with id 3: (2) No such file or directory")]
    [InlineData("rm", 22, "image name was not specified")]
    [InlineData("rm a@s", 22, "snapshot name specified for a command that doesn't use it")]
    [InlineData("rm --snap s a", 1, "unrecognised option '--snap'")]
    [InlineData("rm --no-progress nx", 2, "delete error: (2) No such file or directory")]
    [InlineData("resize a", 22, "must specify --size <M/G/T>")]
    [InlineData("resize --size 1", 22, "image name was not specified")]
    [InlineData("resize a --size 1 --size 2", 1, "option '--size' cannot be specified more than once")]
    [InlineData("resize a --size 1", 22, "shrinking an image is only allowed with the --allow-shrink flag")]
    [InlineData("resize a --size 4", 22, "new size is equal to original size ")]
    [InlineData("resize nx --size 4", 2, "error opening image nx: (2) No such file or directory")]
    [InlineData("mv", 22, "image name was not specified")]
    [InlineData("mv a", 22, "destination image name was not specified")]
    [InlineData("mv a b@c", 22, "destination snapshot name specified for a command that doesn't use it")]
    [InlineData("mv a b", 17, "rename error: (17) File exists")]
    [InlineData("mv nx c", 2, "rename error: (2) No such file or directory")]
    [InlineData("mv a other/c", 22, "mv/rename across pools not supported\nsource pool: rbd dest pool: other")]
    [InlineData("cp", 22, "image name was not specified")]
    [InlineData("cp a", 22, "destination image name was not specified")]
    [InlineData("cp --no-progress a b", 17, "copy failed: (17) File exists")]
    [InlineData("cp nx c", 2, "error opening image nx: (2) No such file or directory")]
    [InlineData("image-meta set", 22, "image name was not specified")]
    [InlineData("image-meta set a", 22, "metadata key was not specified")]
    [InlineData("image-meta set a k", 22, "metadata value was not specified")]
    [InlineData("image-meta set a k v x", 1, "too many arguments")]
    [InlineData("image-meta rm a k", 2, "removing metadata failed: (2) No such file or directory")]
    [InlineData("image-meta set a conf_bogus 1", 22, "setting metadata failed: (22) Invalid argument")]
    [InlineData("feature enable a", 22, "at least one feature name must be specified")]
    [InlineData("feature enable", 22, "image name was not specified")]
    [InlineData("feature enable a foo", 1, "the argument for option is invalid")]
    [InlineData("feature enable a layering", 22, "failed to update image features: (22) Invalid argument")]
    [InlineData("feature disable a exclusive-lock", 22, "failed to update image features: (22) Invalid argument")]
    [InlineData("namespace create", 22, "namespace name was not specified")]
    [InlineData("namespace create p", 22, "namespace name was not specified")]
    [InlineData("namespace rm rbd/nx", 2, "failed to remove namespace: (2) No such file or directory")]
    [InlineData("status a@s", 22, "snapshot name specified for a command that doesn't use it")]
    [InlineData("config image get a foo", 22, "not rbd option: foo")]
    [InlineData("config image get a", 22, "config key was not specified")]
    [InlineData("config image set a rbd_cache", 22, "image config value was not specified")]
    [InlineData("pool init nowhere", 2, "error opening pool 'nowhere': (2) No such file or directory")]
    [InlineData("config pool get", 22, "pool name was not specified")]
    [InlineData("bench a", 22, "--io-type must be specified.")]
    [InlineData("bench --io-type write", 22, "image name was not specified")]
    [InlineData("bench a --io-type foo", 1, "the argument for option '--io-type' is invalid")]
    [InlineData("bench a --io-type write --io-size 0", 22, "--io-size should be greater than zero.")]
    [InlineData("bench a --io-type write --io-threads 0", 22, "--io-threads should be greater than zero.")]
    [InlineData("bench a --io-type write --io-threads x", 1, "the argument ('x') for option '--io-threads' is invalid")]
    [InlineData("bench a --io-type readwrite --rw-mix-read 101", 22, "--rw-mix-read should not be larger than 100.")]
    [InlineData("bench a --io-type write --io-size 1G", 22, "--io-size is larger than the image")]
    [InlineData("import", 22, "path was not specified")]
    [InlineData("import /x/y/", 22, "invalid spec ''")]
    [InlineData("import /x/a@b", 22, "destination snapshot name specified for a command that doesn't use it")]
    [InlineData("import --no-progress /nonexistent", 2, "import failed: (2) No such file or directory")]
    [InlineData("import --no-progress /etc", 21, "import failed: (21) Is a directory")]
    [InlineData("import --no-progress /etc/passwd a", 17, "import failed: (17) File exists")]
    [InlineData("export", 22, "image name was not specified")]
    [InlineData("export a", 22, "path was not specified")]
    [InlineData("export a - --export-format 3", 1, "the argument for option '--export-format' is invalid")]
    [InlineData("export --no-progress a /etc/passwd", 17, "export error: (17) File exists")]
    [InlineData("export --no-progress a /nonexistent/x", 2, "export error: (2) No such file or directory")]
    [InlineData("diff a --from-snap s", 2, "diff error: (2) No such file or directory")]
    [InlineData("snap create", 22, "image name was not specified")]
    [InlineData("snap create --snap s", 22, "image name was not specified")]
    [InlineData("snap create a", 22, "snapshot name was not specified")]
    [InlineData("snap create a@", 22, "invalid spec 'a@'")]
    [InlineData("snap create a@b@c", 22, "invalid spec 'a@b@c'")]
    [InlineData("snap create a --snap b/c", 22, "invalid snap name 'b/c'")]
    [InlineData("snap create a@b c", 1, "too many arguments")]
    [InlineData("snap create a@b --skip-quiesce --ignore-quiesce-error", 22, "ignore-quiesce-error cannot be used together with skip-quiesce")]
    [InlineData("snap create nx@s", 2, "error opening image nx: (2) No such file or directory")]
    [InlineData("snap ls", 22, "image name was not specified")]
    [InlineData("snap ls a@b", 22, "snapshot name specified for a command that doesn't use it")]
    [InlineData("snap ls a --image-id 3", 22, "trying to access image using both name and id. ")]
    [InlineData("snap ls --image-id 3", 2, "error opening image with id 3: (2) No such file or directory")]
    [InlineData("snap rm a", 22, "snapshot name was not specified")]
    [InlineData("snap rm a@b --snap-id 3", 22, "trying to access snapshot using both name and id.")]
    [InlineData("snap rm a --snap-id 3 --force", 22, "force and no-progress options not permitted when removing by id.")]
    [InlineData("snap rm a --snap-id 3 --no-progress", 22, "force and no-progress options not permitted when removing by id.")]
    [InlineData("snap rm --image-id 4", 22, "snapshot name was not specified")]
    [InlineData("snap rm a --snap-id x", 1, "the argument ('x') for option '--snap-id' is invalid")]
    [InlineData("snap purge", 22, "image name was not specified")]
    [InlineData("snap purge a@b", 22, "snapshot name specified for a command that doesn't use it")]
    [InlineData("snap purge a --image-id 3", 22, "trying to access image using both name and id. ")]
    [InlineData("snap rename", 22, "image name was not specified")]
    [InlineData("snap rename a", 22, "snapshot name was not specified")]
    [InlineData("snap rename a@b", 22, "destination image name was not specified")]
    [InlineData("snap rename a@b a", 22, "destination snapshot name was not specified")]
    [InlineData("snap rename a@b c@d", 22, "source and destination image name must be the same")]
    [InlineData("snap rename a@b p/a@d", 22, "source and destination pool must be the same")]
    [InlineData("snap rename a@b --dest-snap x", 22, "destination image name was not specified")]
    [InlineData("snap rename a@b --dest a --dest-snap x/y", 22, "invalid snap name 'x/y'")]
    [InlineData("snap rename n/a@b n/m/a@c", 22, "source and destination namespace must be the same")]
    [InlineData("snap rollback a", 22, "snapshot name was not specified")]
    [InlineData("snap protect", 22, "image name was not specified")]
    [InlineData("snap protect a", 22, "snapshot name was not specified")]
    [InlineData("snap unprotect a", 22, "snapshot name was not specified")]
    [InlineData("snap unprotect a@b --image-id 3", 22, "trying to access image using both name and id. ")]
    [InlineData("snap unprotect --image-id 3", 22, "snapshot name was not specified")]
    [InlineData("snap limit set", 22, "image name was not specified")]
    [InlineData("snap limit set a", 34, "must specify --limit <num>")]
    [InlineData("snap limit set a --limit x", 1, "the argument ('x') for option '--limit' is invalid")]
    [InlineData("snap limit clear", 22, "image name was not specified")]
    [InlineData("snap limit clear a@s", 22, "snapshot name specified for a command that doesn't use it")]
    [InlineData("clone", 22, "image name was not specified")]
    [InlineData("clone a", 22, "snapshot name was not specified")]
    [InlineData("clone a@b", 22, "destination image name was not specified")]
    [InlineData("clone a@b c@d", 22, "destination snapshot name specified for a command that doesn't use it")]
    [InlineData("clone a@b c/d/e/f", 22, "invalid spec 'c/d/e/f'")]
    [InlineData("clone a@b --image-format 2 c", 1, "unrecognised option '--image-format'")]
    [InlineData("clone a@b c d", 1, "too many arguments")]
    [InlineData("clone a@b c --size 3", 1, "unrecognised option '--size'")]
    [InlineData("cp a c --image-format 2", 1, "unrecognised option '--image-format'")]
    [InlineData("children", 22, "image name was not specified")]
    [InlineData("children a@s --snap-id 3", 22, "trying to access snapshot using both name and id.")]
    [InlineData("children a --snap-id x", 1, "the argument ('x') for option '--snap-id' is invalid")]
    [InlineData("children a --image-id 3", 1, "unrecognised option '--image-id'")]
    [InlineData("flatten", 22, "image name was not specified")]
    [InlineData("flatten a@s", 22, "snapshot name specified for a command that doesn't use it")]
    [InlineData("trash mv", 22, "image name was not specified")]
    [InlineData("trash mv a@s", 22, "snapshot name specified for a command that doesn't use it")]
    [InlineData("trash mv nx", 2, "deferred delete error: (2) No such file or directory")]
    [InlineData("trash mv a --expires-at bogus", 22, "error calling /bin/date: (22) Invalid argument")]
    [InlineData("trash mv a --expires-at yesterday", 22, "cannot use a date in the past as an expiration date")]
    [InlineData("trash ls a b", 1, "too many arguments")]
    [InlineData("trash rm", 22, "image id was not specified")]
    [InlineData("trash rm a@b", 22, "snapshot name specified for a command that doesn't use it")]
    [InlineData("trash rm a/b/c/d", 22, "invalid spec 'a/b/c/d'")]
    [InlineData("trash rm --no-progress 3", 2, "remove error: (2) No such file or directory")]
    [InlineData("trash restore", 22, "image id was not specified")]
    [InlineData("trash restore 3 4", 1, "too many arguments")]
    [InlineData("trash restore 3", 2, "error: image does not exist in trash")]
    [InlineData("trash purge a b", 1, "too many arguments")]
    [InlineData("trash purge --threshold x", 1, "the argument ('x') for option '--threshold' is invalid")]
    [InlineData("lock ls", 22, "image name was not specified")]
    [InlineData("lock ls a@s", 22, "snapshot name specified for a command that doesn't use it")]
    [InlineData("lock add", 22, "image name was not specified")]
    [InlineData("lock add a", 22, "lock id was not specified")]
    [InlineData("lock add a b c", 1, "too many arguments")]
    [InlineData("lock rm", 22, "image name was not specified")]
    [InlineData("lock rm a", 22, "lock id was not specified")]
    [InlineData("lock rm a b", 22, "locker was not specified")]
    [InlineData("lock rm a b c d", 1, "too many arguments")]
    public async Task Wrong_line_ends_with_Cephs_message_and_exit_code(string line, int exitCode, string message)
    {
        await DoAsync("rbd create a --size 4");
        await DoAsync("rbd create b --size 4");

        CommandRun run = await RbdAsync(line);

        Assert.Equal($"rbd: {message}", run.Messages);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Equal("", run.Output);
    }

    [Theory]
    [InlineData("bogus", "bogus")]
    [InlineData("bogus cmd", "bogus cmd")]
    [InlineData("image-meta", "image-meta")]
    [InlineData("snap", "snap")]
    [InlineData("lock", "lock")]
    [InlineData("trash", "trash")]
    [InlineData("help bogus", "bogus")]
    public async Task Unknown_command_prints_the_help_and_exits_1(string line, string shown)
    {
        CommandRun run = await RbdAsync(line);

        Assert.Equal($"error: unknown option '{shown}'\n\n", run.Error);
        Assert.StartsWith("usage: rbd <command> ...\n", run.Output);
        Assert.Equal(1, run.ExitCode);
    }

    [Theory]
    [InlineData("ls -c", "Option -c requires an argument.")]
    [InlineData("ls --id", "Option --id requires an argument.")]
    [InlineData("ls -c /nonexistent", "global_init: unable to open config file from search list /nonexistent")]
    [InlineData("ls --conf=/nonexistent", "global_init: unable to open config file from search list /nonexistent")]
    [InlineData("ls -n foo", "error parsing 'foo': expected string of the form TYPE.ID, valid types are: auth, mon, osd, mds, mgr, client")]
    public async Task Wrong_connection_option_is_refused_as_in_Ceph(string line, string message)
    {
        CommandRun run = await RbdAsync(line);

        Assert.Equal(message, run.Messages);
        Assert.Equal(1, run.ExitCode);
    }

    [Fact]
    public async Task Remove_of_an_open_image_says_who_may_hold_it()
    {
        await DoAsync("rbd create a --size 4");
        using var keyboard = new BlockingInput();
        Task<CommandRun> watch = RunAsync(["rbd", "watch", "a"], keyboard);
        await keyboard.WaitUntilReadAsync();

        CommandRun run = await RbdAsync("rm a");
        keyboard.Press();
        await watch;

        Assert.Equal(16, run.ExitCode);
        Assert.StartsWith("\rRemoving image: 0% complete...failed.\nrbd: error: image still has watchers\n", run.Messages);
    }

    [Fact]
    public async Task Explanation_comes_before_the_last_line()
    {
        CommandRun run = await RbdAsync("info nx");

        string[] lines = run.Error.TrimEnd('\n').Split('\n');
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4} [0-9a-f]+ -1 librbd: .*nx", lines[0]);
        Assert.Equal("rbd: error opening image nx: (2) No such file or directory", lines[^1]);
    }

    [Fact]
    public async Task Default_pool_that_is_missing_is_explained()
    {
        CommandRun run = await RbdAsync("ls --rbd-default-pool nowhere");

        Assert.StartsWith("rbd: error opening default pool 'nowhere'\n", run.Messages);
        Assert.Equal(2, run.ExitCode);
    }

    [Fact]
    public async Task Output_that_nobody_reads_is_an_error()
    {
        await DoAsync("rbd create a --size 4");
        using var closed = new BrokenStream(BrokenStream.EBADF);

        CommandRun run = await RunAsync(["rbd", "ls"], output: closed);

        Assert.Equal((9, "rbd: error writing to stdout: (9) Bad file descriptor"), (run.ExitCode, run.Messages));
    }

    [Theory]
    [InlineData("help create")]
    [InlineData("create --help")]
    [InlineData("help image-meta ls")]
    public async Task Help_of_a_command_is_printed(string line)
    {
        CommandRun run = await RbdAsync(line);

        Assert.StartsWith("usage: rbd ", run.Output);
        Assert.Contains("[--pool <pool>]", run.Output);
        Assert.Equal(0, run.ExitCode);
    }

    [Theory]
    [InlineData("--version")]
    [InlineData("ls -v")]
    public async Task Version_is_Cephs(string line)
    {
        Assert.Matches(@"^ceph version 16\.2\.15 \([0-9a-f]{40}\) pacific \(stable\)\n$", (await RbdAsync(line)).Output);
    }
}
