# Binds places of this machine to mount points, and shows their owner as somebody else where asked to: Linux does that with
# ID-mapped mounts, for which Node has no call. Reads on standard input, each field ended by NUL and seven per mount:
#   source, mount point, read or write, owner uid, owner gid, uid inside, gid inside
# Prints "ok" when all are in place. A source that is not exactly where its path says (a symbolic link) is refused.
# Argument: the number of the system call unshare, which is the one that differs between architectures.
use strict;
use warnings;

my ($UNSHARE) = map { int } @ARGV;
my ($OPEN_TREE, $MOVE_MOUNT, $MOUNT_SETATTR) = (428, 429, 442);
my ($AT_EMPTY_PATH, $AT_FDCWD) = (0x1000, -100);
my ($OPEN_TREE_CLONE, $OPEN_TREE_CLOEXEC) = (1, 0x80000);
my ($RDONLY, $NOSUID, $NODEV, $IDMAP) = (1, 2, 4, 0x00100000);
my ($O_PATH, $O_NOFOLLOW, $O_CLOEXEC) = (0x200000, $UNSHARE == 272 ? 0x20000 : 0x8000, 0x80000);

my %namespaces;

# A user namespace that swaps two users and two groups; kept open by the handle after its only process has ended. Back they
# go for gVisor, whose files root makes and then gives away: for a user that is nobody here Linux makes none.
sub namespace {
  my ($uid, $gid, $inside_uid, $inside_gid) = @_;
  my $key = join ':', @_;
  return $namespaces{$key} if $namespaces{$key};
  pipe(my $go_read, my $go_write) or die "pipe: $!\n";
  pipe(my $ready_read, my $ready_write) or die "pipe: $!\n";
  my $child = fork() // die "fork: $!\n";
  if (!$child) {
    close $go_write;
    close $ready_read;
    exit 1 if syscall($UNSHARE, 0x10000000) != 0;
    syswrite $ready_write, 'x';
    sysread $go_read, my $byte, 1;
    exit 0;
  }
  close $go_read;
  close $ready_write;
  sysread($ready_read, my $byte, 1) or die "user namespaces are switched off\n";
  write_map("/proc/$child/uid_map", swapped($uid, $inside_uid));
  write_map("/proc/$child/gid_map", swapped($gid, $inside_gid));
  open(my $handle, '<', "/proc/$child/ns/user") or die "user namespace: $!\n";
  close $go_write;
  waitpid $child, 0;
  return $namespaces{$key} = $handle;
}

sub swapped {
  my ($here, $inside) = @_;
  return "$here $inside 1\n" . ($here == $inside ? '' : "$inside $here 1\n");
}

sub write_map {
  my ($path, $map) = @_;
  open(my $file, '>', $path) or die "$path: $!\n";
  syswrite($file, $map) or die "$path: $!\n";
  close $file;
}

sub bind_one {
  my ($source, $point, $access, $uid, $gid, $inside_uid, $inside_gid) = @_;
  sysopen(my $held, $source, $O_PATH | $O_NOFOLLOW | $O_CLOEXEC) or die "$source: $!\n";
  my $real = readlink('/proc/self/fd/' . fileno $held) // die "$source: $!\n";
  # A link at the end is held as itself and shows no other path; mounted, whoever binds the mount point would follow it.
  my $type = ((stat $held)[2] // die "$source: $!\n") & 0170000;
  die "$source leads through a symbolic link, or is no file or directory\n"
    if $real ne $source || ($type != 0040000 && $type != 0100000);
  my $empty = "\0";
  my $tree = syscall($OPEN_TREE, fileno $held, $empty, $OPEN_TREE_CLONE | $OPEN_TREE_CLOEXEC | $AT_EMPTY_PATH);
  die "open_tree $source: $!\n" if $tree < 0;
  my $set = $NOSUID | $NODEV | ($access eq 'read' ? $RDONLY : 0);
  my $namespace = 0;
  if ($uid != $inside_uid || $gid != $inside_gid) {
    $namespace = fileno namespace($uid, $gid, $inside_uid, $inside_gid);
    $set |= $IDMAP;
  }
  my $attributes = pack 'QQQQ', $set, 0, 0, $namespace;
  die "id-mapped mount of $source: $!\n" if syscall($MOUNT_SETATTR, $tree, $empty, $AT_EMPTY_PATH, $attributes, 32) != 0;
  my $target = "$point\0";
  die "move_mount $point: $!\n" if syscall($MOVE_MOUNT, $tree, $empty, $AT_FDCWD, $target, 4) != 0;
}

local $/;
my $input = <STDIN>;
my @fields = split /\0/, $input, -1;
pop @fields;
die "incomplete input\n" if @fields % 7;
bind_one(splice @fields, 0, 7) while @fields;
print "ok\n";
